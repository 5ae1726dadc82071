"""The examples of rules, read as the changes that they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from factory.model import Terms
from factory.ssot.protected import PROTECTED
from guards.case import Case
from tests.guards.cases import GONE, changed

Lines = list[str]


def read(example: str) -> Case:
    """The case of a change: a path (or a link, or the ticket), and lines with `+`, `-` or a blank before them."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    modes: dict[str, str] = {}
    terms = Terms()
    for head, lines in _files(example):
        old, new = ("".join(f"{line[1:]}\n" for line in lines if line[0] in f" {sign}") for sign in "-+")
        path, _, target = head.partition(" -> ")
        if head == "the ticket":
            terms = Terms(**tomllib.loads(old))
        elif target:
            after[path], modes[path] = target, "120000"
        else:
            after[path] = new or GONE
            before |= {path: old} if old else {}
    return changed(before, after, terms=terms, protected=PROTECTED, modes=modes)


def _files(example: str) -> Iterator[tuple[str, Lines]]:
    head, lines = "", Lines()
    for line in [*example.split("\n"), "end"]:
        if line[0] in " +-":
            lines.append(line)
        else:
            yield from [(head, lines)] if head else []
            head, lines = line, []
