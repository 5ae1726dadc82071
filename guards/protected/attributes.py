"""git's own files that can make git run something: filters, merge drivers, submodule update commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from factory.model import Changed
from guards.case import Case

HARMLESS_MERGE = {"text", "binary", "union", "ours"}


def objections(case: Case, change: Changed) -> Iterator[str]:
    """Judges the lines that the change adds to .gitattributes and .gitmodules, in any folder."""
    name = PurePosixPath(change.path).name.casefold()
    if judge := {".gitattributes": _attributes, ".gitmodules": _modules}.get(name):
        for number, line in case.added(change.path):
            yield from (f"line {number}: {said}" for said in judge(line.strip()))


def _attributes(line: str) -> Iterator[str]:
    if line.startswith("#"):
        return
    for word in line.split()[1:]:
        name, _, value = word.partition("=")
        if name in ("filter", "working-tree-encoding") and value:
            yield f"{word} makes git rewrite files as it reads and writes them"
        if name == "merge" and value and value not in HARMLESS_MERGE:
            yield f"{word} names a merge driver"


def _modules(line: str) -> Iterator[str]:
    key, _, value = (part.strip().strip('"') for part in line.partition("="))
    if key.casefold() == "update" and value.startswith("!"):
        yield "a submodule update command would be run"
    if key.casefold() in ("url", "path") and (value.startswith("-") or re.match(r"\w+::", value)):
        yield f"a submodule {key} that git would take for a command"
