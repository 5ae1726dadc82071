"""A test that something else is run in the place of: a new decorator that never calls what it decorates."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from factory.tree import Tree
from guards.case import text
from guards.syntax.facts import asserts
from guards.syntax.liveness import live
from guards.syntax.source import bindings, dotted, parse
from guards.syntax.suite import Function, Unit


def objections(tree: Tree, old: Unit, now: Unit) -> Iterator[str]:
    """Judges decorators that the test did not have, as far as the repository holds their source."""
    had = {ast.dump(mark) for mark in old.node.decorator_list}
    new = [mark for mark in now.node.decorator_list if ast.dump(mark) not in had]
    module = parse(text(tree, now.path) or "") if new else None
    if module is None:
        return
    for mark in new:
        name = dotted(mark.func if isinstance(mark, ast.Call) else mark, bindings(module))
        found = _definition(tree, name, module)
        if found is not None and not _calls(found, is_factory=isinstance(mark, ast.Call)):
            yield f"has a new decorator, {name}, that does not run it, or passes over its failure"


def _definition(tree: Tree, name: str, module: ast.Module) -> Function | None:
    """The function of that full name: of the module itself, or of a file of the repository that it is imported from."""
    if "." not in name:
        return _function(module, name)
    start, _, last = name.rpartition(".")
    for at in _files(start, tree.entries()):
        other = parse(text(tree, at) or "")
        if other is not None and (found := _function(other, last)) is not None:
            return found
        again = bindings(other).get(last, "") if other is not None else ""
        if again and again != name:
            return _definition(tree, again, other) if other is not None else None
    return None


def _files(module: str, entries: Mapping[str, object]) -> list[str]:
    path = module.replace(".", "/")
    places = (f"{root}{path}{end}" for root in ("", "src/") for end in (".py", "/__init__.py"))
    return [at for at in places if at in entries]


def _function(module: ast.Module, name: str) -> Function | None:
    return next((n for n in module.body if isinstance(n, Function) and n.name == name), None)


def _calls(decorator: Function, *, is_factory: bool) -> bool:
    """Whether what it is given is used for more than its name, and not only where its failure is caught."""
    inner = [n for n in decorator.body if isinstance(n, Function)] if is_factory else []
    for one in inner or [decorator]:
        given = {arg.arg for arg in (*one.args.posonlyargs, *one.args.args)}
        sound = (statement for statement, around in live(one.body, asserts) if not around.swallowed)
        if not given or any(_uses(statement, given) for statement in sound):
            return True
    return False


def _uses(statement: ast.stmt, given: set[str]) -> bool:
    """Whether the statement itself hands on or calls one of the names; `wraps(f)` does neither."""
    if isinstance(statement, Function | ast.ClassDef):
        return False
    for expression in (part for part in ast.iter_child_nodes(statement) if not isinstance(part, ast.stmt)):
        calls = [part for part in ast.walk(expression) if isinstance(part, ast.Call)]
        named = {id(arg) for call in calls if dotted(call.func).endswith("wraps") for arg in call.args}
        names = [part for part in ast.walk(expression) if isinstance(part, ast.Name) and part.id in given]
        if any(id(name) not in named for name in names):
            return True
    return False
