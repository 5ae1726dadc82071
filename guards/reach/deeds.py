"""What each node of a module does, in a word and a name: imports, names, says, sets, calls, asks …"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from guards.reach.view import ModuleView
from guards.syntax.strength import is_always_true

Deeds = Iterator[tuple[str, str]]
Binding = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete
Definition = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.GeneratorExp | ast.ListComp | ast.SetComp
FRAMES = frozenset({"sys._getframe", "inspect.currentframe", "inspect.stack"})
STACKS = frozenset({"traceback.extract_stack", "inspect.stack", "inspect.getframeinfo"})
CALLED = frozenset({"co_name", "co_filename", "function", "filename"})
LOADED = frozenset({"sys.modules", "sys.argv", "sys.orig_argv"})
RUNNER = re.compile(r"_?(?:pytest|py\.test|unittest)\b|.*[/\\](?:pytest|unittest)\b")
TEST = re.compile(r"_?tests?(?:_|/|$)|/tests?/")
ASKING = frozenset("startswith endswith find index count get match search fullmatch __contains__".split())  # noqa: SIM905
SETTERS = ("setattr", "delattr", "builtins.setattr", "object.__setattr__", "type.__setattr__")
PATCHERS = ("setattr", "delattr", "patch", "object")  # monkeypatch.setattr, mock.patch, mock.patch.object
WRITES = set("write_text write_bytes writelines replace rename symlink_to unlink dump truncate".split())  # noqa: SIM905
MODULES_WRITE = re.compile(r"os\.(?:write|replace|rename|remove|unlink|truncate)|shutil\.(?:copy|move)")


def deeds(view: ModuleView, node: ast.AST) -> Deeds:
    """What one node does; the nodes in it have their turn."""
    if isinstance(node, ast.Attribute | ast.Name | ast.Call):
        yield "names", view.name(node)
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node)
    elif isinstance(node, ast.Constant):
        yield "says", str(node.value)
    elif isinstance(node, ast.Attribute):
        yield from (("of a frame", node.attr) for _ in view.uses & FRAMES)
        yield from (("of a stack", node.attr) for _ in view.uses & STACKS)
    elif isinstance(node, Binding):
        yield from _binds(view, node)
    elif isinstance(node, Definition):
        yield from _defines(view, node)
    elif isinstance(node, ast.Call):
        yield from _calls(view, node)
    if isinstance(node, ast.Compare | ast.Call | ast.For | Comprehension):
        yield from _asks(view, node)


def _imports(node: ast.Import | ast.ImportFrom) -> Deeds:
    start = f"{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    yield from (("names", start + alias.name) for alias in node.names)
    if isinstance(node, ast.Import):
        yield from (("imports", alias.name) for alias in node.names)
    elif not node.level:
        yield "imports", node.module or ""


def _targets(node: Binding) -> Iterator[ast.expr]:
    todo = list(node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target])
    for target in todo:
        todo += target.elts if isinstance(target, ast.Tuple | ast.List) else []
        yield target


def _binds(view: ModuleView, node: Binding) -> Deeds:
    value = getattr(node, "value", None)
    for target in _targets(node):
        if isinstance(target, ast.Attribute):
            yield "sets", view.name(target)
        elif isinstance(target, ast.Name):
            yield "binds", target.id
        elif isinstance(target, ast.Subscript) and _is_another(view, target, node):
            yield "puts into", view.name(target.value)
        is_equal = getattr(target, "id", getattr(target, "attr", "")) == "__eq__"
        if is_equal and isinstance(value, ast.Lambda) and _is_true(value.body):
            yield "equals", "everything"


def _is_another(view: ModuleView, target: ast.Subscript, node: Binding) -> bool:
    """Whether what is put in, or taken out, is another's. A module may replace itself, and forget another.

    The documented recipe for importing a file registers it: `module_from_spec` stands beside it."""
    if view.name(target.value) != "sys.modules":
        return True
    is_itself = isinstance(target.slice, ast.Name) and target.slice.id == "__name__"
    is_free = is_itself or isinstance(node, ast.Delete) or any(name.endswith("module_from_spec") for name in view.uses)
    return not is_free


def _defines(view: ModuleView, node: Definition) -> Deeds:
    ends = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)] if node.name == "__eq__" else []
    if ends and all(map(_is_true, ends)):
        yield "equals", "everything"
    is_late = any(view.name(mark) == "atexit.register" for mark in node.decorator_list)
    if is_late and isinstance(node, ast.FunctionDef) and _writes(view, node):
        yield "writes", "late"


def _is_true(node: ast.AST | None) -> bool:
    """A true constant, `other == other`, `isinstance(other, object)`, `… or True`."""
    if isinstance(node, ast.Constant):
        return bool(node.value) and node.value is not Ellipsis
    return isinstance(node, ast.Compare | ast.Call | ast.BoolOp) and is_always_true(node)


def _calls(view: ModuleView, node: ast.Call) -> Deeds:
    name, first = view.name(node.func), node.args[0] if node.args else None
    words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    yield "calls", name
    yield "stands for", view.name(node)
    if name in SETTERS and len(node.args) > 1 and words:
        yield "sets", f"{view.name(first)}.{words[0]}"
    if isinstance(node.func, ast.Attribute) and node.func.attr in PATCHERS:
        yield "patches", str(first.value if isinstance(first, ast.Constant) else view.name(first))
    if name == "atexit.register" and any(_writes(view, one) for one in _handed(view, first)):
        yield "writes", "late"


def _handed(view: ModuleView, function: ast.expr | None) -> Sequence[ast.AST]:
    """The functions that may be meant, as far as this module shows."""
    if isinstance(function, ast.Call) and view.name(function.func).endswith("partial") and function.args:
        function = function.args[0]
    if isinstance(function, ast.Name):
        return view.functions.get(function.id, ())
    return [function] if isinstance(function, ast.Lambda) else []


def _writes(view: ModuleView, function: ast.AST) -> bool:
    """Whether anything in it writes files."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        name, last = view.name(call.func), getattr(call.func, "attr", "")
        if MODULES_WRITE.fullmatch(name) or last in WRITES:
            return True
        given = (a.value for a in [*call.args, *(k.value for k in call.keywords)] if isinstance(a, ast.Constant))
        modes = [word for word in given if isinstance(word, str) and len(word) <= 3 and set("wax+") & set(word)]
        if modes and "open" in (last, name.rpartition(".")[2]):
            return True
    return False


def _asks(view: ModuleView, node: ast.Compare | ast.Call | ast.For | Comprehension) -> Deeds:
    """A question about what is loaded or who calls, and a loop over what is loaded with such a question inside."""
    looked_at: Sequence[ast.expr]
    asked: Sequence[ast.AST]
    if isinstance(node, ast.For):
        looked_at, asked = [node.iter], node.body
    elif isinstance(node, Comprehension):
        looked_at = [one.iter for one in node.generators]
        asked = [node.elt, *(test for one in node.generators for test in one.ifs)]
    elif _is_question(node):
        looked_at, asked = [node], [node]
        parts = {getattr(part, "attr", "") for part in ast.walk(node)}
        if view.uses & (FRAMES | STACKS) and parts & CALLED and _says(node, TEST):
            yield "asks", "who calls"
    else:
        return
    questions = (part for one in asked for part in ast.walk(one) if _is_question(part))
    if any(_names(view, one) & LOADED for one in looked_at) and any(_says(part, RUNNER) for part in questions):
        yield "asks", "what is loaded"


def _is_question(node: ast.AST) -> bool:
    asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING
    return asks or isinstance(node, ast.Compare)


def _says(node: ast.AST, what: re.Pattern[str]) -> bool:
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(isinstance(text, str) and what.match(text) for text in texts)


def _names(view: ModuleView, node: ast.AST) -> set[str]:
    return {view.name(part) for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name | ast.Call)}
