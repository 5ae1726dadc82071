"""In which order a test's expectations are asked: what main's product did not pass may be what a criterion is about."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from itertools import zip_longest

from factory.gate.altered.names import Function
from factory.gate.altered.nouns import Group

Asked = tuple[int, list[Group]]  # the line of a statement of the function, and the ways in which it is asked


class Precedence:
    """Knows where main's product failed in one file: by the lines that a runner named."""

    def __init__(self, tree: ast.Module, failed: Collection[int]) -> None:
        self._failed = frozenset(_statements_at(tree, failed))

    def of(self, function: Function, asked: list[Asked]) -> list[Group]:
        """First what failed, in every way; then what main did not come to, each value of it once, with two other ways
        between them; what it met comes last."""
        inside = [line for line in self._failed if function.lineno <= line <= (function.end_lineno or 0)]
        failed, beyond, met = list[list[Group]](), list[list[Group]](), list[list[Group]]()
        for line, ways in asked:
            here = any(way.line in self._failed for way in ways)
            (failed if here else beyond if not inside or line > max(inside) else met).append(ways)
        at_fault = [way._replace(unmet=True) for way in _in_turn(failed)]
        unmet = [way for way in _in_turn(beyond) if way.unmet]
        others = [*([way for way in ways if not way.unmet] for ways in beyond), *met]
        rest = [way._replace(unmet=False) for way in _in_turn(others)]
        return [*at_fault, *unmet[:1], *rest[:2], *unmet[1:], *rest[2:]]


def _statements_at(tree: ast.Module, lines: Collection[int]) -> Iterator[int]:
    """All lines of the statements at these lines; of a compound one those of its head."""
    yield from lines
    for node in ast.walk(tree) if lines else ():
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            body = getattr(node, "body", None)
            span = range(node.lineno, body[0].lineno if body else (node.end_lineno or node.lineno) + 1)
            yield from span if any(line in span for line in lines) else ()


def _in_turn(asked: list[list[Group]]) -> Iterator[Group]:
    """The first way of each, then the second ones."""
    return (way for turn in zip_longest(*asked) for way in turn if way)
