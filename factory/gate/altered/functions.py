"""The test functions of a file, by their qualified names, and those that a run came by."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from factory.gate.altered.executed import own
from factory.gate.altered.names import Function
from factory.gate.altered.source import SourceText

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


def listed(source: bytes) -> list[str]:
    """The tests of a file that no runner listed, by their qualified names."""
    return [name for name in _functions(source) if name.rpartition(".")[2].startswith("test")]


def around(source: bytes, lines: Collection[int]) -> list[str]:
    """The tests that hold one of the lines."""
    found = _functions(source)
    return [name for name in listed(source) if any(_holds(found[name], line) for line in lines)]


def failing(source: bytes, name: str) -> bytes | None:
    """The file with a test that fails when it is run; None where there is no such test."""
    found = _functions(source).get(name)
    if found is None:
        return None
    read = SourceText(source)
    first = found.node.body[0]
    at = read.place(first.lineno, 0)
    text = f"{read.text[at : read.place(first.lineno, first.col_offset)]}raise AssertionError\n"
    alone = not text[: -len("raise AssertionError\n")].strip()
    return (read.text[:at] + text + read.text[at:]).encode(read.encoding) if alone else None


def failing_at(source: bytes, line: int) -> bytes | None:
    """The file with a failure in the place of the assertion around a line; None where there is none."""
    try:
        read = SourceText(source)
    except ValueError:
        return None
    found = [
        node.test if isinstance(node, ast.Assert) else node.value
        for node in ast.walk(read.tree)
        if isinstance(node, (ast.Assert, ast.Expr)) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return read.edited([read.swap(found[-1], "[].pop()")]) if found else None


def _holds(found: Found, line: int) -> bool:
    return found.node.lineno <= line <= (found.node.end_lineno or found.node.lineno)


def _functions(source: bytes) -> dict[str, Found]:
    try:
        return functions(SourceText(source).tree)
    except ValueError:
        return {}
