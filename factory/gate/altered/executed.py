"""The statements of a function that surely run when it passes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

Full = Callable[[ast.expr], bool]  # whether a loop over it surely has a first turn
Swallows = Callable[[ast.expr], bool]  # whether a context may end an exception
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def surely(body: list[ast.stmt], full: Full, swallows: Swallows) -> Iterator[ast.stmt]:
    """Each in its order; a compound statement first, then what runs in it."""
    for statement in body:
        if isinstance(statement, (ast.Return, ast.Break, ast.Continue, ast.Raise)):
            return
        yield statement
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            if not any(swallows(item.context_expr) for item in statement.items):
                yield from surely(statement.body, full, swallows)
        elif isinstance(statement, (ast.For, ast.AsyncFor)):
            if full(statement.iter):
                yield from surely(statement.body, full, swallows)
        elif isinstance(statement, ast.Try) and not statement.handlers:
            yield from surely(statement.body, full, swallows)
        if _may_leave(statement):
            return


def _may_leave(statement: ast.stmt, loop: bool = False) -> bool:
    """Whether what follows in the same block may be passed by."""
    if isinstance(statement, FUNCTIONS):
        return False
    if isinstance(statement, ast.Return) or (isinstance(statement, (ast.Break, ast.Continue)) and not loop):
        return True
    inner = loop or isinstance(statement, (ast.For, ast.AsyncFor, ast.While))
    return any(_may_leave(child, inner) for child in _statements(statement))


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            continue
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from _statements(child)


def own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions in it."""
    left = list(ast.iter_child_nodes(function))
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, FUNCTIONS):
            left.extend(ast.iter_child_nodes(node))
