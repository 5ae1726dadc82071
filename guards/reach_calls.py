"""Calls that are fine on one's own things and not on others': kill, write to a descriptor, register for the end."""

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
    if not isinstance(node, ast.Call):
        return
    name = view.name(node.func)
    if name in ("os.kill", "os.killpg", "signal.pidfd_send_signal") and not _is_own_child(view, node):
        yield f"{name} on a process that is not plainly the code's own child"
    if name in ("os.fdopen", "os.write", "open", "os.dup2", "socket.socket") and _is_foreign_descriptor(name, node):
        yield "writes to a numbered descriptor that it did not open"
    if name == "atexit.register" and _writes(view, node.args[0] if node.args else None):
        yield LATE


def _is_own_child(view: View, node: ast.Call) -> bool:
    """`os.kill(child.pid, …)`, `os.killpg(os.getpgid(child.pid), …)`, and signal 0, which only asks."""
    if not node.args:
        return False
    if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and node.args[1].value == 0:
        return True
    target = node.args[0]
    if isinstance(target, ast.Call) and view.name(target.func) == "os.getpgid" and target.args:
        target = target.args[0]
    return isinstance(target, ast.Attribute) and target.attr == "pid"


def _is_foreign_descriptor(name: str, node: ast.Call) -> bool:
    values = [k.value for k in node.keywords if k.arg == "fileno"]
    values += node.args[:2] if name == "os.dup2" else [] if name == "socket.socket" else node.args[:1]
    return any(isinstance(v, ast.Constant) and type(v.value) is int and v.value > 2 for v in values)


def _writes(view: View, function: ast.AST | None) -> bool:
    """Whether what is registered writes files, as far as this module shows."""
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
