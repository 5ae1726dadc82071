"""What is registered for the end of the process, and writes there: it would come after the tests' last word."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from guards.reach_names import View

WRITES = {"write_text", "write_bytes", "writelines", "replace", "rename", "symlink_to", "unlink", "dump", "truncate"}
MODULE_WRITES = {
    "os.write",
    "os.replace",
    "os.rename",
    "os.remove",
    "os.unlink",
    "os.truncate",
    "shutil.copy",
    "shutil.move",
}
MODES = set("wax+")
LATE = "atexit: writes files after the tests have ended"


def objections(view: View, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef):
        is_late = any(view.name(mark) == "atexit.register" for mark in node.decorator_list)
        if is_late and _body_writes(view, node):
            yield LATE
    elif isinstance(node, ast.Call) and view.name(node.func) == "atexit.register" and _writes(view, node.args[:1]):
        yield LATE


def _writes(view: View, registered: list[ast.expr]) -> bool:
    """Whether what is registered writes files, as far as this module shows."""
    function = registered[0] if registered else None
    if isinstance(function, ast.Call) and view.name(function.func).endswith("partial") and function.args:
        function = function.args[0]
    if isinstance(function, ast.Name):
        return any(_body_writes(view, one) for one in view.functions.get(function.id, ()))
    return isinstance(function, ast.Lambda) and _body_writes(view, function)


def _body_writes(view: View, function: ast.AST) -> bool:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = view.name(node.func)
        if name in MODULE_WRITES or (isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            return True
        if name.rpartition(".")[2] == "open" or (isinstance(node.func, ast.Attribute) and node.func.attr == "open"):
            words = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
            if any(isinstance(w, str) and len(w) <= 3 and MODES & set(w) for w in words):
                return True
    return False
