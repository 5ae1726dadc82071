"""How many cases a parametrized test has, and whether a property drives it."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from guards.syntax.source import dotted
from guards.syntax.suite import Function


def cases(node: Function, constants: Mapping[str, ast.expr]) -> dict[str, int | None]:
    """Per parametrize mark, by its argument names, how many different cases; None where only running tells."""
    found: dict[str, int | None] = {}
    for mark in node.decorator_list:
        if not isinstance(mark, ast.Call) or dotted(mark.func).rpartition(".")[2] not in ("parametrize", "expand"):
            continue
        values = next((k.value for k in mark.keywords if k.arg == "argvalues"), mark.args[-1] if mark.args else None)
        names = ast.unparse(mark.args[0]) if len(mark.args) > 1 else str(len(found))
        found[names] = _count(values, constants)
    return found


def _count(node: ast.expr | None, constants: Mapping[str, ast.expr], depth: int = 0) -> int | None:
    if isinstance(node, ast.Name) and node.id in constants and depth < 5:
        return _count(constants[node.id], constants, depth + 1)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        plain = {ast.dump(one) for one in node.elts if not isinstance(one, ast.Starred)}
        spread = [_count(one.value, constants, depth + 1) for one in node.elts if isinstance(one, ast.Starred)]
        known = [one for one in spread if one is not None]
        return len(plain) + sum(known) if len(known) == len(spread) else None
    if isinstance(node, ast.Dict):
        return len(node.keys) if None not in node.keys else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_count(side, constants, depth + 1) for side in (node.left, node.right)]
        return None if None in parts else sum(part or 0 for part in parts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "keys"):
        return _count(node.func.value, constants, depth + 1)
    if isinstance(node, ast.Call) and dotted(node.func) == "range" and len(node.args) == 1:
        only = node.args[0]
        return only.value if isinstance(only, ast.Constant) and isinstance(only.value, int) else None
    return None


def fewer_cases(before: Mapping[str, int | None], after: Mapping[str, int | None]) -> tuple[int, int] | None:
    """(before, after) where cases were cut; None where they were not, or nobody can tell.

    Marks with the same argument names are compared one by one, the others by all the cases that they make together."""
    both = [(count, after[names]) for names, count in before.items() if names in after]
    cut = next(((had, has) for had, has in both if had is not None and has is not None and has < had), None)
    if cut or before.keys() <= after.keys():
        return cut
    had, has = (_product(list(marks.values())) for marks in (before, after))
    return (had, has) if had is not None and has is not None and has < had else None


def _product(counts: list[int | None]) -> int | None:
    return None if None in counts else math.prod(count or 0 for count in counts)


def is_property(node: Function) -> bool:
    """Whether Hypothesis gives the arguments."""
    return any(isinstance(d, ast.Call) and dotted(d.func).rpartition(".")[2] == "given" for d in node.decorator_list)
