"""Assignments and definitions that replace what others rely on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from guards.reach_names import View
from guards.syntax.places import is_collected
from guards.syntax.strength import is_always_true

OTHERS = ("pytest", "_pytest", "pluggy", "unittest", "builtins", "__builtins__", "importlib", "site")
SYS = (
    "sys.exit",
    "sys.modules",
    "sys.meta_path",
    "sys.path_hooks",
    "sys.settrace",
    "sys.gettrace",
    "os._exit",
    "os.environb",
)
SETTERS = ("setattr", "delattr", "builtins.setattr", "object.__setattr__", "type.__setattr__")
PATCHERS = ("setattr", "delattr", "patch", "object")  # monkeypatch.setattr, mock.patch, mock.patch.object
ALWAYS_EQUAL = "__eq__ that is always true makes every comparison pass"


def objections(view: View, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
        for target in targets:
            yield from _assigned(view, target, node)
    elif isinstance(node, ast.Call):
        yield from _set_by_call(view, node)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _defined(view, node)
    elif isinstance(node, ast.Compare) and _asks_for_runner(view, node):
        yield "asks whether a test runner is loaded: code must not know that it is being tested"


def _assigned(view: View, target: ast.AST, node: ast.stmt) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _assigned(view, one, node)
    elif isinstance(target, ast.Attribute):
        yield from _replaced(view.name(target))
        yield from _equal(view, target.attr, node)
    elif isinstance(target, ast.Subscript):
        yield from _item(view, target, node)
    elif isinstance(target, ast.Name):
        yield from _equal(view, target.id, node)
        if target.id in ("pytest_plugins", "collect_ignore", "collect_ignore_glob") and view.is_test:
            yield f"{target.id} changes which tests run, or how"


def _equal(view: View, name: str, node: ast.stmt) -> Iterator[str]:
    value = getattr(node, "value", None)
    if name == "__eq__" and isinstance(value, ast.Lambda) and _is_true(value.body) and not _is_in_test_file(view):
        yield ALWAYS_EQUAL


def _replaced(name: str) -> Iterator[str]:
    top = name.split(".")[0]
    if "." in name and (top in OTHERS or name in SYS):
        yield f"replaces {name}, which the test runner and all code rely on"


def _item(view: View, target: ast.Subscript, node: ast.stmt) -> Iterator[str]:
    owner = view.name(target.value)
    if owner in ("__builtins__", "builtins.__dict__"):
        yield "replaces a builtin, which the test runner and all code rely on"
    if owner != "sys.modules" or isinstance(node, ast.Delete):
        return
    is_itself = isinstance(target.slice, ast.Name) and target.slice.id == "__name__"
    if not is_itself and not _loads_by_path(view):
        yield "sys.modules: puts another module in the place of one that others import"


def _loads_by_path(view: View) -> bool:
    """The documented recipe for importing a file registers it: `module_from_spec` stands beside it."""
    return any(name.endswith("module_from_spec") for name in view.uses)


def _set_by_call(view: View, node: ast.Call) -> Iterator[str]:
    name = view.name(node.func)
    first = node.args[0] if node.args else None
    words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if name in SETTERS and len(node.args) > 1 and words:
        yield from _replaced(f"{view.name(first)}.{words[0]}")
    if name in ("sys.modules.update", "sys.modules.setdefault", "sys.modules.__setitem__") or (
        name == "builtins.__dict__.update"
    ):
        yield f"{name}: puts another thing in the place of one that others import"
    if isinstance(node.func, ast.Attribute) and node.func.attr in PATCHERS:
        target = first.value if isinstance(first, ast.Constant) else view.name(first)
        top = str(target).split(".")[0]
        if top in ("pytest", "_pytest", "pluggy") and name not in ("pytest.MonkeyPatch", "pytest.param"):
            yield f"patches {top}, the test runner itself"


def _defined(view: View, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    ends = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)] if node.name == "__eq__" else []
    if ends and all(_is_true(end) or _is_itself(end) for end in ends) and not _is_in_test_file(view):
        yield ALWAYS_EQUAL


def _is_in_test_file(view: View) -> bool:
    """A matcher that equals anything may stand in a test's own file: no other file's tests can meet it."""
    return is_collected(view.file)


def _is_true(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value) and node.value is not Ellipsis


def _is_itself(node: ast.AST | None) -> bool:
    """`other == other`, `isinstance(other, object)`, `… or True`."""
    return isinstance(node, ast.Compare | ast.Call | ast.BoolOp) and is_always_true(node)


def _asks_for_runner(view: View, node: ast.Compare) -> bool:
    if view.is_runners_own or not isinstance(node.left, ast.Constant):
        return False
    runner = node.left.value in ("pytest", "_pytest", "unittest", "_pytest.runner")
    return runner and any(view.name(one) in ("sys.modules", "sys.argv") for one in node.comparators)
