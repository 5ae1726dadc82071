"""A model's edits, applied to files. Pure: reads through a function, gives back contents and what it rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from factory.tree import composed

Read = Callable[[str], bytes | None]  # None: there is no such file


class Hunk(BaseModel):
    """`search` stands exactly once in the file; `replace` takes its place."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    search: str
    replace: str


class Edit(BaseModel):
    """One file: deleted, written whole, or changed by hunks in their order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    path: str
    content: str | None = None
    hunks: tuple[Hunk, ...] = ()
    delete: bool = False


class Proposal(BaseModel):
    """A model's whole answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    summary: str = ""
    edits: tuple[Edit, ...] = ()


class Rejected(BaseModel):
    """An edit that was not applied, and why, in words that the model can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class Applied(BaseModel):
    """Contents by path (None: deleted), and what was rejected; a file is changed whole or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[str, bytes | None]
    rejected: tuple[Rejected, ...]


class _No(Exception):
    """Why an edit is rejected."""


def apply(edits: Iterable[Edit], read: Read, may: Callable[[str], bool] = lambda _: True) -> Applied:
    """Applies edits in order; a later edit of a path sees the earlier one. `may` says which paths are in scope."""
    files: dict[str, bytes | None] = {}
    rejected = []
    for edit in edits:
        try:
            _check_path(edit.path, may)
            files[edit.path] = _content(edit, files[edit.path] if edit.path in files else read(edit.path))
        except _No as no:
            files.pop(edit.path, None)
            rejected.append(Rejected(path=edit.path, reason=str(no)))
    refused = {r.path for r in rejected}
    return Applied(files={p: c for p, c in files.items() if p not in refused}, rejected=tuple(rejected))


def spelt(edits: Iterable[Edit], paths: Iterable[str]) -> list[Edit]:
    """With the repository's own spelling of each path: a model writes letters whole, a disk may have them apart."""
    found = list(edits)
    if all(edit.path.isascii() for edit in found):
        return found
    known = {composed(path): path for path in paths if not path.isascii()}
    return [edit.model_copy(update={"path": known.get(composed(edit.path), edit.path)}) for edit in found]


def _check_path(path: str, may: Callable[[str], bool]) -> None:
    parts = path.split("/")
    if not path or "\0" in path or "\\" in path or any(p in ("", ".", "..") or p.lower() == ".git" for p in parts):
        raise _No("not a plain relative path inside the repository")
    if not may(path):
        raise _No("outside of what this ticket may change")


def _content(edit: Edit, before: bytes | None) -> bytes | None:
    if edit.delete:
        if before is None:
            raise _No("there is no such file to delete")
        return None
    if edit.content and edit.hunks:
        raise _No("give either the whole content or hunks, not both")
    if edit.content is not None and not edit.hunks:  # some models fill every field: an empty content beside hunks
        return _encoded(edit.content)
    if not edit.hunks:
        raise _No("neither content nor hunks")
    if before is None:
        raise _No("there is no such file to change; give the whole content")
    after = before
    for number, hunk in enumerate(edit.hunks, 1):
        after = _replaced(after, hunk, number)
    return after


def _replaced(content: bytes, hunk: Hunk, number: int) -> bytes:
    search, replace = _encoded(hunk.search), _encoded(hunk.replace)
    if b"\r\n" in content and b"\r\n" not in search:  # models write \n; a file of \r\n keeps its line ends
        search, replace = search.replace(b"\n", b"\r\n"), replace.replace(b"\n", b"\r\n")
    if not search:
        raise _No(f"hunk {number} searches for nothing")
    first = content.find(search)
    if first < 0:
        raise _No(f"hunk {number} is not in the file; copy the lines exactly, with their indentation")
    if content.find(search, first + 1) >= 0:
        raise _No(f"hunk {number} is there more than once; search for more lines around it")
    return content[:first] + replace + content[first + len(search) :]


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _No("text that is not Unicode (a lone surrogate)") from None


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": {"type": "string", "description": "what was changed and why, at most 8 lines"},
        "edits": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "content": {"type": "string", "description": "the whole file; for new files and short ones"},
                    "hunks": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "search": {
                                    "type": "string",
                                    "description": "lines that stand exactly once in the file",
                                },
                                "replace": {"type": "string"},
                            },
                            "required": ["search", "replace"],
                        },
                    },
                    "delete": {"type": "boolean"},
                },
                "required": ["path"],
            },
        },
    },
    "required": ["summary", "edits"],
}
