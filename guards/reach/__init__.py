"""New source that reaches for what judges it: the test runner, the import system, the process, the interpreter.

A ticket that must do so says `allow = ["reach"]`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from factory.model import Finding
from factory.tree import Tree
from guards.case import Case, content, rules, text
from guards.reach.deeds import deeds
from guards.reach.table import TABLE, TESTS_OWN
from guards.reach.view import ModuleView
from guards.syntax.source import bindings, parse
from guards.syntax.suite import is_test_code

NAME = "reach"
RULES = rules(__file__)
REMEDY = f'if the ticket is meant to, its terms in D_ROADMAP.md say allow = ["{NAME}"]'
ROWS = {kind: [row for row in TABLE if row.kind == kind] for kind in {row.kind for row in TABLE}}
Said = tuple[str, int, str]


def check(case: Case) -> Iterator[Finding]:
    """Only what is new counts: a file that did such a thing on the base may do it again."""
    if NAME in case.terms.allow:
        return
    every = [found for path in case.touched for found in reaches(case.tree, path)]
    if not every:
        return  # what the base does is read only where it could excuse something
    present, was_there = case.tree.entries(), case.base.entries()
    known = {(f.path, f.message) for p in case.touched for f in reaches(case.base, p)}
    moved = {message for path, message in known if path not in present}
    for found in every:
        is_new = found.path not in was_there
        if (found.path, found.message) not in known and not (is_new and found.message in moved):
            yield found.model_copy(update={"message": f"{found.message}; {REMEDY}"})


def reaches(tree: Tree, path: str) -> Iterator[Finding]:
    """Everything in a file that reaches too far, new or not. Raises nothing on a file that is no Python."""
    source = text(tree, path) if path.endswith((".py", ".pyw")) else None
    if not source:
        return
    for said in _encoding(content(tree, path) or b""):
        yield RULES["encoding"].found(path, said, 1)
    module = parse(source)
    if module is None:
        every = _by_text(source)
    else:
        every = _walk(ModuleView(module, bindings(module), is_test_code(path), path.rpartition("/")[2]))
    for rule, line, said in dict.fromkeys(every):
        yield RULES[rule].found(path, said, line)


def _walk(view: ModuleView) -> Iterator[Said]:
    """One walk over the syntax tree: each deed of each node is put to the rows that look for its kind."""
    for node in view.nodes:
        for kind, what in deeds(view, node):
            if view.is_test and TESTS_OWN.fullmatch(f"{kind} {what}"):
                continue
            for row in ROWS[kind]:
                if said := row.says(view, what):
                    yield row.rule, getattr(node, "lineno", 1), said


def _by_text(source: str) -> Iterator[Said]:
    """For a file that this Python's grammar cannot read: the names as they stand in the text."""
    for number, line in enumerate(source.splitlines(), 1):
        for row in ROWS["names"]:
            yield from ((row.rule, number, row.said.format(found[0])) for found in re.finditer(row.pattern, line))


def _encoding(data: bytes) -> Iterator[str]:
    """Plain letters stay what they are in every encoding that people write in; in `unicode_escape` they do not."""
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except (SyntaxError, UnicodeError):
        return  # Python does not read it either
    plain = bytes(byte for byte in data if byte < 128)
    try:
        is_same = plain.decode(name) == plain.decode("ascii")
    except (UnicodeError, LookupError):
        is_same = False
    if not is_same:
        yield f"declares the encoding {name}, by which Python reads other code than a reader sees"
