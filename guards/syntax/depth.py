"""A tree that is nowhere so deep that reading it step by step runs out of stack: what lies deeper hangs at its end."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator

DEEPEST = 60  # levels; a careful reader takes about five calls for each, and Python has a thousand
LEAVES = (ast.Constant, ast.Name)

Place = tuple[ast.AST, str, int]  # a node, its field, and the place in the field's list or -1


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
