"""What the names of a test file mean: a call that only builds a value is seen through, all others are the product's."""

from __future__ import annotations

import ast
import builtins


class Origins:
    """From a name in the file to where it comes from: "decimal.Decimal", "builtins.list"; "" where nobody knows."""

    def __init__(self, tree: ast.Module) -> None:
        self._imported: dict[str, str] = {}
        self._bound: set[str] = set()
        for node in ast.walk(tree):
            self._learn(node)

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._import(alias.asname or alias.name.split(".")[0], alias.name if alias.asname else "")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                origin = "" if node.level else f"{node.module}.{alias.name}"
                self._import(alias.asname or alias.name, origin)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._bound.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._bound.add(node.id)
        elif isinstance(node, ast.arg):
            self._bound.add(node.arg)

    def _import(self, name: str, origin: str) -> None:
        origin = origin or name
        known = self._imported.setdefault(name, origin)
        if known != origin:
            self._bound.add(name)  # one of two: nobody knows which

    def of(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            above = self.of(node.value)
            return f"{above}.{node.attr}" if above else ""
        if not isinstance(node, ast.Name) or node.id in self._bound:
            return ""
        if node.id in self._imported:
            return self._imported[node.id]
        return f"builtins.{node.id}" if hasattr(builtins, node.id) else ""
