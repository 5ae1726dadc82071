"""Source that asks whether it is tested, by the runner's name or its caller's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from guards.reach_names import FRAMES, STACKS, View

ASKING = frozenset("startswith endswith find index count get match search fullmatch __contains__".split())  # noqa: SIM905
LOADED = frozenset({"sys.modules", "sys.argv", "sys.orig_argv"})
RUNNER = re.compile(r"_?(?:pytest|py\.test|unittest)\b|.*[/\\](?:pytest|unittest)\b")
CALLER = re.compile(r"_?tests?(?:_|/|$)|/tests?/")
CALLED = frozenset({"co_name", "co_filename", "function", "filename"})
TESTED = "asks whether a test runner is loaded: code must not know that it is being tested"


def objections(view: View, node: ast.AST) -> Iterator[str]:
    if view.is_runners_own:
        return
    if isinstance(node, ast.Compare | ast.Call) and _is_question(node):
        if _names(view, node) & LOADED and _says(node, RUNNER):
            yield TESTED
        if view.uses & (FRAMES | STACKS) and _attributes(node) & CALLED and _says(node, CALLER):
            yield "asks whether a test calls it: code must not know that it is being tested"
    elif isinstance(node, ast.For) and _names(view, node.iter) & LOADED and any(map(_questions, node.body)):
        yield TESTED
    elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        yield from _comprehension(view, node)


def _comprehension(view: View, node: ast.GeneratorExp | ast.ListComp | ast.SetComp) -> Iterator[str]:
    asked = [node.elt, *(test for one in node.generators for test in one.ifs)]
    if any(_names(view, one.iter) & LOADED for one in node.generators) and any(map(_questions, asked)):
        yield TESTED


def _questions(block: ast.AST) -> bool:
    return any(_is_question(part) and _says(part, RUNNER) for part in ast.walk(block))


def _is_question(node: ast.AST) -> bool:
    asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING
    return asks or isinstance(node, ast.Compare)


def _says(node: ast.AST, what: re.Pattern[str]) -> bool:
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(isinstance(text, str) and what.match(text) for text in texts)


def _names(view: View, node: ast.AST) -> set[str]:
    return {view.name(part) for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name)}


def _attributes(node: ast.AST) -> set[str]:
    return {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
