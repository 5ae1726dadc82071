"""A module to judge: its nodes, and what its names stand for."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, field

from guards.syntax.source import dotted

MARKS = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.arguments)


@dataclass(frozen=True)
class ModuleView:
    """Its tree, its imports, its file's name, and whether that belongs to the tests."""

    module: ast.Module
    names: dict[str, str]
    is_test: bool
    file: str

    _known: dict[ast.AST | None, str] = field(default_factory=dict)

    def name(self, node: ast.AST | None) -> str:
        """The full name of what an expression stands for; remembered, for it is asked of every node."""
        if node not in self._known:
            self._known[node] = dotted(node, self.names)
        return self._known[node]

    @functools.cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All that does something, in the order of a walk: no marks and operators, no docstrings, no numbers."""
        every = [node for node in ast.walk(self.module) if not isinstance(node, MARKS)]
        prose = {node.value for node in every if isinstance(node, ast.Expr)}
        return tuple(one for one in every if not isinstance(one, ast.Constant) or (_is_text(one) and one not in prose))

    @functools.cached_property
    def functions(self) -> dict[str, list[ast.FunctionDef]]:
        """All that are defined, nested ones too, by name."""
        found: dict[str, list[ast.FunctionDef]] = {}
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(node)
        return found

    @functools.cached_property
    def uses(self) -> frozenset[str]:
        """The full names of all that is called."""
        return frozenset(self.name(node.func) for node in self.nodes if isinstance(node, ast.Call))

    @functools.cached_property
    def is_runners_own(self) -> bool:
        """Whether the file is by its name there for test runners: a plug-in, fixtures for others' tests."""
        return self.is_test or any(word in self.file.casefold() for word in ("test", "plugin", "fixture"))


def _is_text(node: ast.Constant) -> bool:
    return isinstance(node.value, str)
