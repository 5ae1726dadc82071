"""Which files a model is shown. Pure.

The rule, in order of rank: (1) what the ticket may change, (2) what it may read, (3) what its words name. Within a
rank the smaller file goes first. A file is shown whole while it fits; one that does not fit is shown in parts: its
head, and the lines around the words of the ticket. What was left out is said, with the reason. The paths of all files
are listed, whatever is shown: words in another alphabet than the code's name none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from factory.model import Plan
from factory.tree import LINK, SUBMODULE, Entry, Tree, matches

DEFAULT_BUDGET = 400_000  # bytes; about 100,000 tokens
PART_SHARE = 4  # a file in parts takes at most this fraction (1/n) of what is left
HEAD, AROUND = 25, 12  # lines
LISTED = 40_000  # bytes of paths: a ticket in any language may be about a file that none of its words name
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")
COMMON = frozenset(
    {
        "this",
        "that",
        "with",
        "from",
        "into",
        "when",
        "then",
        "than",
        "must",
        "should",
        "have",
        "will",
        "each",
        "only",
        "where",
        "which",
        "there",
        "their",
        "python",
        "test",
        "tests",
        "file",
        "files",
        "return",
        "true",
        "false",
        "none",
        "pytest",
        "given",
        "gives",
        "make",
        "makes",
        "also",
    }
)


@dataclass(frozen=True)
class ShownPart:
    """A file, or parts of it."""

    path: str
    text: str
    whole: bool


@dataclass(frozen=True)
class Context:
    shown: tuple[ShownPart, ...]
    left_out: tuple[tuple[str, str], ...]  # path, why
    paths: tuple[str, ...] = ()  # of all files, as many as LISTED lets through
    unlisted: int = 0  # paths beyond that


def choose(files: Tree, plan: Plan, budget: int = DEFAULT_BUDGET) -> Context:
    """What fits into `budget` bytes, by the rule above."""
    words = words_of(plan)
    shown: list[ShownPart] = []
    left_out: list[tuple[str, str]] = []
    large: list[tuple[str, str]] = []
    for path, content in _ranked(files, plan):
        if content is None:
            left_out.append((path, "not text"))
        elif len(content.encode()) <= budget:
            shown.append(ShownPart(path, content, True))
            budget -= len(content.encode())
        else:
            large.append((path, content))
    for path, content in large:
        part = parts(content, words, budget // PART_SHARE)
        if part:
            shown.append(ShownPart(path, part, False))
            budget -= len(part.encode())
        else:
            left_out.append((path, "no room left"))
    paths, unlisted = _listed(files)
    return Context(tuple(shown), tuple(left_out), paths, unlisted)


def _listed(files: Tree) -> tuple[tuple[str, ...], int]:
    """The paths of all files; of very many those that lie nearest to the root."""
    paths = [path for path, entry in files.entries().items() if entry.mode not in (LINK, SUBMODULE)]
    room, kept = LISTED, list[str]()
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        room -= len(path.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(path)
    return tuple(sorted(kept)), len(paths) - len(kept)


def words_of(plan: Plan) -> frozenset[str]:
    """The words of a ticket that can be names in code."""
    failed = plan.previous.failed if plan.previous else ()
    text = " ".join([plan.title, plan.description, *(c.text + " " + c.check for c in plan.criteria), *failed])
    return frozenset(w for w in WORD.findall(text) if w.lower() not in COMMON)


def _ranked(files: Tree, plan: Plan) -> Iterator[tuple[str, str | None]]:
    entries = {p: e for p, e in files.entries().items() if e.mode not in (LINK, SUBMODULE)}
    seen: set[str] = set()
    for rank in (
        _matching(entries, plan.scope.modify),
        _matching(entries, plan.scope.readonly),
        _named(entries, plan),
    ):
        found = {path: files.read(path) for path in rank if path not in seen}
        seen |= found.keys()
        for path, content in sorted(found.items(), key=lambda item: (len(item[1]), item[0])):
            yield path, _text(content)


def _matching(entries: Iterable[str], globs: tuple[str, ...]) -> list[str]:
    return [path for path in entries if globs and matches(path, globs)]


def _named(entries: dict[str, Entry], plan: Plan) -> list[str]:
    """Paths that the ticket's text holds, and modules whose name is a word of it."""
    failed = plan.previous.failed if plan.previous else ()
    text = "\n".join([plan.title, plan.description, *(f"{c.text}\n{c.check}" for c in plan.criteria), *failed])
    words = words_of(plan)
    stems = {path: path.rsplit("/", 1)[-1].split(".")[0] for path in entries}
    return [path for path in entries if path in text or stems[path] in words]


def _text(content: bytes) -> str | None:
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def parts(text: str, words: frozenset[str], budget: int) -> str:
    """The head of a file and the lines around the words, with line numbers in the marks; empty where nothing fits."""
    lines = text.splitlines(keepends=True)
    wanted = set(range(min(HEAD, len(lines))))
    for number, line in enumerate(lines):
        if words.intersection(WORD.findall(line)):
            wanted |= set(range(max(0, number - AROUND), min(len(lines), number + AROUND + 1)))
    out, last = [], -1
    for number in sorted(wanted):
        mark = f"[... lines {last + 2} to {number} are not shown ...]\n" if number != last + 1 else ""
        piece = mark + lines[number]
        if len(piece.encode()) > budget:
            break
        out.append(piece)
        budget -= len(piece.encode())
        last = number
    if out and last + 1 < len(lines):
        out.append(f"[... lines {last + 2} to {len(lines)} are not shown ...]\n")
    return "".join(out)
