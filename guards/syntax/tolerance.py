"""How far from the expected value an assertion lets the actual one be. Larger is wider."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from guards.syntax.source import dotted

# callable -> its tolerances in order: keyword, position, default (None: unbounded or not given)
KNOWN: dict[str, tuple[tuple[str, int, float], ...]] = {
    "approx": (("rel", 1, 1e-6), ("abs", 2, 1e-12)),
    "isclose": (("rel_tol", 9, 1e-9), ("abs_tol", 9, 0.0), ("rtol", 2, 1e-5), ("atol", 3, 1e-8)),
    "allclose": (("rtol", 2, 1e-5), ("atol", 3, 1e-8)),
    "assert_allclose": (("rtol", 2, 1e-7), ("atol", 3, 0.0)),
    "assert_close": (("rtol", 9, 0.0), ("atol", 9, 0.0)),
    "assertAlmostEqual": (("places", 2, 7.0), ("delta", 4, 0.0)),
    "assert_almost_equal": (("decimal", 2, 7.0),),
    "assert_array_almost_equal": (("decimal", 2, 6.0),),
    "assert_approx_equal": (("significant", 2, 7.0),),
    "assert_frame_equal": (("rtol", 9, 1e-5), ("atol", 9, 1e-8)),
    "assert_series_equal": (("rtol", 9, 1e-5), ("atol", 9, 1e-8)),
    "round": (("places", 1, 0.0),),
}
DIGITS = {"places", "decimal", "significant"}
WIDE = 1e-3  # what an assertion of the very value may become without being called widened

Constants = Mapping[str, ast.expr]


def tolerances(node: ast.AST, constants: Constants) -> dict[str, float]:
    """The widest tolerance of each kind inside an assertion, by callable and keyword."""
    found: dict[str, float] = {}
    for part in ast.walk(node):
        for key, value in (*_of_call(part, constants), *_of_bound(part, constants)):
            found[key] = max(value, found.get(key, value))
    return found


def _of_call(node: ast.AST, constants: Constants) -> Iterator[tuple[str, float]]:
    if not isinstance(node, ast.Call):
        return
    name = dotted(node.func).rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    given = {k.arg: number(k.value, constants) for k in node.keywords}
    for keyword, position, default in KNOWN.get(name, ()):
        value: float | None = default
        if keyword in given:
            value = given[keyword]
        elif len(node.args) > position:
            value = number(node.args[position], constants)
        if value is not None:
            yield f"{name} {keyword}", 10.0 ** -min(max(value, -300), 300) if keyword in DIGITS else value


def _of_bound(node: ast.AST, constants: Constants) -> Iterator[tuple[str, float]]:
    """`abs(a - b) < bound`."""
    if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE)):
        return
    left = node.left
    if isinstance(left, ast.Call) and dotted(left.func).rpartition(".")[2] in ("abs", "fabs"):
        bound = number(node.comparators[0], constants)
        if bound is not None:
            yield "abs bound", bound


def number(node: ast.expr, constants: Constants) -> float | None:
    """A written-out number, or the name of one; None for what only running could tell."""
    if isinstance(node, ast.Name) and node.id in constants:
        return number(constants[node.id], {})
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return float(value) if isinstance(value, int | float) else None


def widened(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """The kind of tolerance that got wider, or empty. Exact may become nearly exact."""
    for key, value in after.items():
        if key in before and value > before[key] * (1 + 1e-9):
            return key
        if key not in before and value > max(WIDE, *before.values(), 0.0) and key != "round places":
            return key
    return ""
