"""New source that reaches for what judges it: the test runner, the import system, the process, the interpreter.

A ticket that must do so says `allow = ["reach"]`."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Finding, Triage
from factory.tree import Tree
from guards import reach_asking, reach_calls, reach_definitions, reach_encoding, reach_names
from guards.case import Case, content, text
from guards.syntax.places import is_test_code
from guards.syntax.source import bindings, parse

NAME = "reach"
REMEDY = f'if the ticket is meant to, its terms in D_ROADMAP.md say allow = ["{NAME}"]'


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
    for said in reach_encoding.objections(content(tree, path) or b""):
        yield Finding(guard=NAME, path=path, line=1, message=said, triage=Triage.TAMPER)
    module = parse(source)
    if module is None:
        yield from _by_text(path, source)
        return
    view = reach_names.View(module, bindings(module), is_test_code(path), path.rpartition("/")[2])
    seen: set[tuple[int, str]] = set()
    for line, said in _all(view):
        if (line, said) not in seen:
            seen.add((line, said))
            yield Finding(guard=NAME, path=path, line=line, message=said, triage=Triage.TAMPER)


def _by_text(path: str, source: str) -> Iterator[Finding]:
    """For a file that this Python's grammar cannot read: the names as they stand in the text."""
    for number, line in enumerate(source.splitlines(), 1):
        for name, why in reach_names.NAMES.items():
            if name in line:
                yield Finding(guard=NAME, path=path, line=number, message=f"{name} {why}", triage=Triage.TAMPER)


def _all(view: reach_names.View) -> Iterator[tuple[int, str]]:
    for node in view.nodes:
        for rules in (reach_names, reach_calls, reach_definitions, reach_asking):
            yield from ((getattr(node, "lineno", 1), said) for said in rules.objections(view, node))
