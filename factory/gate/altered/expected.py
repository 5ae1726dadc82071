"""What a test file holds as expectations that are no literals of its own: names, keys of what it looks up, files."""

from __future__ import annotations

import ast
from typing import NamedTuple

from factory.gate.altered.file import UNFIT, File
from factory.gate.altered.sides import constant
from factory.gate.altered.source import SourceText

READS = {"read_text", "read_bytes", "read", "load", "loads", "safe_load", "open"}


class Expected(NamedTuple):
    """`names` and `keys` stand for nothing but expectations. `files`: whether what a file holds is one, by the way in
    which the tests read it: behind `==`, or as a column of rows."""

    names: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    files: bool = False


def expected(path: str, source: bytes) -> Expected:
    try:
        file = File(path, SourceText(source), "")
    except UNFIT:
        return Expected()
    names, keys, inputs = set[str](), set[str](), set[str]()
    for node in ast.walk(file.source.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            (names if id(node) in file.asked else inputs).add(node.id)
        elif isinstance(node, ast.Subscript) and isinstance(key := constant(node.slice), str):
            asked = isinstance(node.value, ast.Name) and id(node.value) in file.asked
            (keys if asked else inputs).add(key if asked else f"[{key}]")
    alone = frozenset(names - inputs)
    own = frozenset(file.functions)
    files = any(_by_file(node, alone, own) for node in ast.walk(file.source.tree))
    return Expected(alone, frozenset(key for key in keys if f"[{key}]" not in inputs), files)


def _by_file(node: ast.AST, alone: frozenset[str], own: frozenset[str]) -> bool:
    """Whether it takes an expectation from a file: `x == path.read_text()`, `want = json.load(f)`, a column of rows."""
    match node:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return _reads(left) != _reads(right)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name in alone and _reads(value) and not _calls(value) & own
        case ast.Assign(targets=[ast.Tuple(elts=elements)], value=value):
            columns = {element.id for element in elements if isinstance(element, ast.Name)}
            return bool(columns & alone) and _reads(value) and not _calls(value) & own
        case ast.For(target=ast.Tuple(elts=elements), iter=rows):
            columns = {element.id for element in elements if isinstance(element, ast.Name)}
            return bool(columns & alone) and not isinstance(rows, (ast.List, ast.Tuple)) and not _calls(rows) & own
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            given = {argument.arg for argument in node.args.args}
            return bool(given & alone) and any(_rows_elsewhere(d) for d in node.decorator_list)
    return False


def _rows_elsewhere(decorator: ast.expr) -> bool:
    call = isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize")
    rows = decorator.args[1] if call and isinstance(decorator, ast.Call) and len(decorator.args) > 1 else None
    return isinstance(rows, (ast.Name, ast.Call))


def _reads(node: ast.expr) -> bool:
    return bool(_calls(node) & READS)


def _calls(node: ast.expr) -> set[str]:
    called = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return {getattr(func, "attr", getattr(func, "id", "")) for func in called}
