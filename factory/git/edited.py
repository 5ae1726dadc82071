"""A table that a person is editing in a checkout: rows that a commit sets are set in their text too.

Every stamp sets rows of both tables, so one uncommitted line there would keep all of them waiting. Nothing of the
person's is lost or moved: their text keeps each line of theirs, and what they staged stays staged.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from factory import files
from factory.git.carry import carry
from factory.git.names import TABLES
from factory.git.objects import to_bytes, to_name
from factory.git.repo import Repo
from factory.model import Changed, Oid
from factory.tree import EXECUTABLE, FILE


class Edited(NamedTuple):
    """One such table, and what a commit makes of it. `staged`: the blob that the index is to hold, "" for main's."""

    checkout: Path
    change: Changed
    staged: Oid

    def set_aside(self, repo: Repo, index: Path) -> None:
        """Let git see nothing of the edit: the index says that the file is as it will be."""
        _set(repo, self.checkout, index, self.change.new_mode, self.change.new, self.change.path)

    def put(self, repo: Repo, index: Path) -> None:
        """Write the person's text with the new rows; what they typed since it was looked at counts."""
        if self.staged:
            _set(repo, self.checkout, index, self.change.new_mode, self.staged, self.change.path)
        text = _carried(repo, self.checkout, self.change)
        if text is not None:
            files.put(self.checkout / self.change.path, text)


def edited(repo: Repo, checkout: Path, change: Changed, index: Path | None = None) -> Edited | None:
    """The table as it will be; None where nobody edits it, or where the edit meets the rows that are to be set.

    `index`: another than the checkout's own.
    """
    if change.path not in TABLES or not (change.old and change.new):
        return None
    there, held = _on_disk(repo, checkout, change), _in_index(repo, checkout, change.path, index)
    if held is None or there in ("", change.new) or (there, held) == (change.old, change.old):
        return None
    staged = ""
    if held not in (change.old, change.new):
        old, new, theirs = (repo.store.read(oid, "blob") for oid in (change.old, change.new, held))
        if (made := carry(old, new, theirs)) is None:
            return None
        staged = repo.store.write_blob(made)
        repo.store.settle()
    return None if _carried(repo, checkout, change) is None else Edited(checkout, change, staged)


def _carried(repo: Repo, checkout: Path, change: Changed) -> bytes | None:
    """By the lines as the checkout's own filters write them."""
    at = checkout / change.path
    old, new = (
        repo.call("cat-file", "--filters", f"--path={change.path}", oid, cwd=checkout)
        for oid in (change.old, change.new)
    )
    return carry(old, new, at.read_bytes())


def _on_disk(repo: Repo, checkout: Path, change: Changed) -> Oid:
    """The blob that the file would be; "" where it is none, or of another mode."""
    at = checkout / change.path
    mode = EXECUTABLE if os.access(at, os.X_OK) else FILE
    if at.is_symlink() or not at.is_file() or mode not in (change.old_mode, change.new_mode):
        return ""
    code, out, _ = repo.ask("hash-object", "--end-of-options", change.path, cwd=checkout)
    return out.decode().strip() if code == 0 else ""


def _in_index(repo: Repo, checkout: Path, path: str, index: Path | None) -> Oid | None:
    """The blob that the index holds; None where it has none, or a conflict."""
    asked = ("ls-files", "-s", "-z", "--", path)
    out = to_name(
        repo.call(*asked, cwd=checkout, GIT_INDEX_FILE=str(index)) if index else repo.call(*asked, cwd=checkout)
    )
    entries = [line.split("\t")[0].split(" ") for line in out.split("\0") if line]
    return entries[0][1] if len(entries) == 1 and entries[0][2] == "0" else None


def _set(repo: Repo, checkout: Path, index: Path, mode: str, oid: Oid, path: str) -> None:
    stdin = to_bytes(f"{mode} {oid}\t{path}\0")
    repo.call("update-index", "-z", "--index-info", stdin=stdin, cwd=checkout, GIT_INDEX_FILE=str(index))
