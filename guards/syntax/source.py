"""A parsed module, and what its names stand for once its imports are followed."""

from __future__ import annotations

import ast
import functools
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST = 60  # levels; a careful reader takes about five calls for each, and Python has a thousand
LEAVES = (ast.Constant, ast.Name)

Place = tuple[ast.AST, str, int]  # a node, its field, and the place in the field's list or -1


@dataclass(frozen=True)
class Imported:
    """One imported module, by its absolute name, and the line that asks for it."""

    module: str
    line: int


@functools.lru_cache(maxsize=2048)
def parse(source: str) -> ast.Module | None:
    """The module; None where this interpreter's grammar cannot read it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the source would warn of is not ours to say
        try:
            return flattened(ast.parse(source.lstrip("\ufeff")))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def bindings(module: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `from os import _exit as e` gives {"e": "os._exit"}."""
    out: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                out[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                out[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return out


def dotted(node: ast.AST | None, names: dict[str, str] | None = None) -> str:
    """`a.b.c` for such an expression, with the first name followed through the imports; empty for any other."""
    names = names or {}
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        start = dotted(node.value, names)
        return f"{start}.{node.attr}" if start else ""
    if isinstance(node, ast.Call):
        return _called(node, names)
    return ""


def _called(node: ast.Call, names: dict[str, str]) -> str:
    """What `getattr(os, "_exit")`, `__import__("os")` and `importlib.import_module("os")` stand for."""
    words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    function = dotted(node.func, names) if isinstance(node.func, ast.Name | ast.Attribute) else ""
    if function in ("getattr", "builtins.getattr") and len(node.args) >= 2 and isinstance(node.args[1], ast.Constant):
        start = dotted(node.args[0], names)
        return f"{start}.{words[-1]}" if start and words else ""
    if function in ("__import__", "builtins.__import__", "importlib.import_module") and words:
        return words[0]
    return ""


def imports(module: ast.Module, package: str) -> Iterator[Imported]:
    """Every module asked for, also inside functions; what only a type checker reads is left out.

    `package` is the absolute name of the package that the module lies in: relative imports start from it."""
    unread = set(_typing_only(module))
    for node in ast.walk(module):
        if node in unread:
            continue
        if isinstance(node, ast.Import):
            yield from (Imported(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = _absolute(node, package)
            yield from (Imported(f"{start}.{alias.name}".strip("."), node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and not isinstance(node.func, ast.Call):
            name = _called(node, bindings(module)) if _is_importer(node) else ""
            if name and not name.startswith("."):
                yield Imported(name, node.lineno)


def _is_importer(node: ast.Call) -> bool:
    return dotted(node.func).rpartition(".")[2] in ("import_module", "__import__")


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _typing_only(module: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(module):
        if isinstance(node, ast.If) and dotted(node.test).rpartition(".")[2] == "TYPE_CHECKING":
            for statement in node.body:
                yield from ast.walk(statement)


def flattened(module: ast.Module) -> ast.Module:
    """The module with deep parts cut off, a digest in their place, and each a statement of its own behind the others.

    So all of it is still read, and two versions of a deep part are still told apart."""
    for node, name, at in reversed(list(_deep(module))):  # the deepest first: each is shallow when its turn comes
        children = getattr(node, name)
        child = children[at] if at >= 0 else children
        digest = hashlib.sha256(ast.dump(child).encode()).hexdigest()
        stub = ast.copy_location(ast.Constant(digest), child)
        new = stub if isinstance(child, ast.expr) else ast.copy_location(ast.Expr(stub), child)
        if at >= 0:
            children[at] = new
        else:
            setattr(node, name, new)
        hung = ast.copy_location(ast.Expr(child), child) if isinstance(child, ast.expr) else child
        module.body.append(hung)
    return module


def _deep(module: ast.Module) -> Iterator[Place]:
    """Where to cut, those further up first."""
    todo: list[tuple[ast.AST, int]] = [(module, 0)]
    for node, depth in todo:
        for name, value in ast.iter_fields(node):
            for at, child in enumerate(value) if isinstance(value, list) else ((-1, value),):
                if not isinstance(child, ast.AST):
                    continue
                is_cut = depth >= DEEPEST and isinstance(child, ast.expr | ast.stmt) and not isinstance(child, LEAVES)
                todo.append((child, 0 if is_cut else depth + 1))
                if is_cut:
                    yield node, name, at
