"""Names of functions that their module, or their class, later deletes or binds to something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from guards.syntax.source import dotted

Function = ast.FunctionDef | ast.AsyncFunctionDef
SPACES = ("globals", "vars", "locals")
EVERYTHING = "*"


def taken_back(body: Sequence[ast.stmt], above: str = "") -> Iterator[str]:
    """Qualified names. A function under the same name again is none: the last one counts."""
    defined: set[str] = set()
    for statement in body:
        if isinstance(statement, Function):
            defined.add(f"{above}{statement.name}")
            continue
        names = {f"{above}{name}" for name in bound(statement)}
        yield from defined if f"{above}{EVERYTHING}" in names else names & defined
        if isinstance(statement, ast.ClassDef):
            inner = f"{above}{statement.name}."
            yield from taken_back(statement.body, inner)
            defined |= {f"{inner}{one.name}" for one in statement.body if isinstance(one, Function)}
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            defined |= {f"{above}{one.name}" for one in _inside(statement) if isinstance(one, Function)}


def bound(statement: ast.stmt) -> Iterator[str]:
    """What a statement, and those in its blocks, bind or delete."""
    if isinstance(statement, Function):
        return
    if isinstance(statement, ast.ClassDef):
        yield statement.name
        return
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, ast.Assign):
        wrapped = _arguments(statement.value)
        yield from (name for target in statement.targets for name in _targets(target) if name not in wrapped)
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign | ast.For | ast.AsyncFor):
        yield from _targets(statement.target)
    elif isinstance(statement, ast.Delete):
        yield from (name for target in statement.targets for name in _targets(target))
    elif isinstance(statement, ast.With | ast.AsyncWith):
        yield from (name for item in statement.items if item.optional_vars for name in _targets(item.optional_vars))
    for expression in (part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.expr)):
        for node in ast.walk(expression):
            if isinstance(node, ast.NamedExpr):
                yield node.target.id
            elif isinstance(node, ast.Call):
                yield from _set(node)
    for inner in _inside(statement):
        yield from bound(inner)


def _inside(statement: ast.stmt) -> Iterator[ast.stmt]:
    for node in ast.iter_child_nodes(statement):
        if isinstance(node, ast.stmt):
            yield node
        elif isinstance(node, ast.ExceptHandler | ast.match_case):
            yield from node.body


def _arguments(value: ast.expr) -> set[str]:
    """The functions that a call wraps: `test_a = marked(test_a)` keeps it."""
    return {dotted(arg) for arg in value.args} if isinstance(value, ast.Call) else set()


def _targets(target: ast.AST) -> Iterator[str]:
    if isinstance(target, ast.Name | ast.Attribute):
        yield dotted(target)
    elif isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _targets(one)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value)
    elif isinstance(target, ast.Subscript) and _is_space(target.value):
        yield str(target.slice.value) if isinstance(target.slice, ast.Constant) else EVERYTHING


def _is_space(node: ast.AST) -> bool:
    """`globals()`, `vars()`, and `__dict__` of a module or class."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return True
    return isinstance(node, ast.Call) and dotted(node.func) in SPACES


def _set(node: ast.Call) -> Iterator[str]:
    """`globals().update(test_a=…)`, `.pop("test_a")`, `setattr(TestA, "test_b", …)`."""
    words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if isinstance(node.func, ast.Attribute) and _is_space(node.func.value):
        if node.func.attr in ("update", "clear"):
            yield EVERYTHING
        elif node.func.attr in ("pop", "__setitem__", "__delitem__", "setdefault"):
            yield words[0] if words else EVERYTHING
    elif dotted(node.func) in ("setattr", "delattr") and words:
        owner = dotted(node.args[0])
        yield f"{owner}.{words[0]}" if owner else words[0]
