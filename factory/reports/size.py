"""How much a work commit changed, in lines."""

from __future__ import annotations

from typing import NamedTuple

from factory.git.repo import Repo
from factory.linediff import differences, lines_of
from factory.model import Oid
from factory.records import attempts
from factory.records.bounded import is_binary
from factory.records.plans import RESERVED

SUBMODULE = "160000"
LARGEST = 2 << 20  # bytes of a file whose lines are counted


class Size(NamedTuple):
    """How much a change touched, in lines."""

    files: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0

    def __str__(self) -> str:
        return f"+{self.added} -{self.removed}"


def size_of(repo: Repo, work: Oid) -> Size:
    """How much a work commit changed. KeyError where this clone does not hold it."""
    if not work:
        return Size()
    files, added, removed = list[str](), 0, 0
    for changed in repo.diff(repo.store.commit(work).parents[0], work):
        if changed.path.startswith(f"{RESERVED}/"):
            continue
        files.append(attempts.as_text(changed.path))
        gone, new = _counted(repo, changed.old_mode, changed.old), _counted(repo, changed.new_mode, changed.new)
        if gone is not None and new is not None:
            left, right = differences(gone, new)
            removed, added = removed + len(left), added + len(right)
    return Size(tuple(files), added, removed)


def _counted(repo: Repo, mode: str, oid: Oid) -> list[bytes] | None:
    """The lines of a file; none of what is absent, None of what is too large, no text, or no file (a submodule)."""
    if mode == SUBMODULE:
        return None
    content = repo.store.read(oid, "blob") if oid else b""
    return None if len(content) > LARGEST or is_binary(content) else lines_of(content)
