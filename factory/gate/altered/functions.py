"""The test functions of a file, by their qualified names."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from factory.gate.altered.executed import own
from factory.gate.altered.names import Function

EXPECTED_RED = ("xfail", "expectedFailure")


class Found(NamedTuple):
    """A function with the classes around it, the outermost first."""

    node: Function
    above: tuple[ast.ClassDef, ...]


class Defined(NamedTuple):
    """All that a file defines at its top and in its classes; one name may be there twice."""

    functions: Mapping[str, list[Found]]
    classes: Mapping[str, list[ast.ClassDef]]


def defined(tree: ast.Module) -> Defined:
    functions, classes = defaultdict[str, list[Found]](list), defaultdict[str, list[ast.ClassDef]](list)
    for name, found in _defined(tree.body, ()):
        if isinstance(found, Found):
            functions[name].append(found)
        else:
            classes[name].append(found)
    return Defined(dict(functions), dict(classes))


def functions(tree: ast.Module) -> dict[str, Found]:
    """Those that are there once, and that a failing assertion turns red."""
    marks = (ast.unparse(s) for s in tree.body if isinstance(s, ast.Assign))
    if any("pytestmark" in mark and "xfail" in mark for mark in marks):
        return {}
    once = {name: found[0] for name, found in defined(tree).functions.items() if len(found) == 1}
    return {name: found for name, found in once.items() if not _waits_for_red(found)}


def _defined(body: list[ast.stmt], above: tuple[ast.ClassDef, ...]) -> Iterator[tuple[str, Found | ast.ClassDef]]:
    prefix = "".join(f"{c.name}." for c in above)
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, Found(node, above)
        elif isinstance(node, ast.ClassDef):
            yield prefix + node.name, node
            yield from _defined(node.body, (*above, node))
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            for part in ("body", "orelse", "finalbody"):
                yield from _defined(getattr(node, part, []), above)


def _waits_for_red(found: Found) -> bool:
    """Marked as a failure that is expected, or a generator, which runs nothing."""
    for node in (found.node, *found.above):
        names = [ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list]
        if any(name.endswith(EXPECTED_RED) for name in names):
            return True
    decorated = {id(n) for d in found.node.decorator_list for n in ast.walk(d)}
    inside = (n for n in own(found.node) if id(n) not in decorated)
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) or getattr(n, "attr", "") == "xfail" for n in inside)


def tries_many(function: Function) -> bool:
    """Whether the function is a property that is tried with many inputs."""
    return any(ast.unparse(d).startswith(("given(", "hypothesis.given(")) for d in function.decorator_list)


def lacking(function: Function) -> frozenset[str]:
    """The sources of all that the function says something is not in."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn):
            found.append(node.comparators[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "assertNotIn" and len(node.args) > 1:
            found.append(node.args[1])
    return frozenset(map(ast.unparse, found))
