"""Which test functions a run came by: those around the lines that it named, and whether one is run at all."""

from __future__ import annotations

import ast
from collections.abc import Collection

from factory.gate.altered.functions import Found, functions
from factory.gate.altered.source import Source


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
    read = Source(source)
    first = found.node.body[0]
    at = read.place(first.lineno, 0)
    text = f"{read.text[at : read.place(first.lineno, first.col_offset)]}raise AssertionError\n"
    alone = not text[: -len("raise AssertionError\n")].strip()
    return (read.text[:at] + text + read.text[at:]).encode(read.encoding) if alone else None


def failing_at(source: bytes, line: int) -> bytes | None:
    """The file with a failure in the place of the assertion around a line; None where there is none."""
    try:
        read = Source(source)
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
        return functions(Source(source).tree)
    except ValueError:
        return {}
