"""A snapshot of files, wherever it lives: git's objects, a folder, or a test's dictionary."""

from __future__ import annotations

import fnmatch
import functools
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

FILE, EXECUTABLE, LINK, SUBMODULE, FOLDER = "100644", "100755", "120000", "160000", "40000"
HOPS = 40  # symlinks on one way, as many as Linux follows


class Entry(NamedTuple):
    """One path of a tree: git's mode as octal text, and what tells its content apart."""

    mode: str
    oid: str


class Tree(Protocol):
    """What guards and documents are read from."""

    def entries(self) -> Mapping[str, Entry]:
        """Every file, symlink and submodule by its path; folders are not listed."""

    def read(self, path: str) -> bytes:
        """The content of a file, or a symlink's target. KeyError where the tree has no such path."""


class MemoryTree:
    """A tree in a dictionary: path -> content."""

    def __init__(self, files: Mapping[str, bytes | str], modes: Mapping[str, str] | None = None) -> None:
        self._files = {p: c.encode() if isinstance(c, str) else c for p, c in files.items()}
        self._modes = dict(modes or {})

    @functools.cached_property
    def _entries(self) -> Mapping[str, Entry]:
        import hashlib

        return {
            p: Entry(self._modes.get(p, FILE), hashlib.sha1(c, usedforsecurity=False).hexdigest())
            for p, c in self._files.items()
        }

    def entries(self) -> Mapping[str, Entry]:
        return self._entries

    def read(self, path: str) -> bytes:
        return self._files[path]


class FolderTree:
    """The files below a folder, as they are now; `names` says which of them count."""

    def __init__(self, root: Path, names: Iterable[str]) -> None:
        self.root, self._names = root, tuple(names)

    @functools.cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return dict(self._walk())

    def entries(self) -> Mapping[str, Entry]:
        return self._entries

    def _walk(self) -> Iterator[tuple[str, Entry]]:
        import hashlib

        for name in self._names:
            try:
                mode = self._mode(name)
                content = b"" if mode == SUBMODULE else self.read(name)
            except (OSError, KeyError):
                continue
            yield name, Entry(mode, hashlib.sha1(content, usedforsecurity=False).hexdigest())

    def _mode(self, name: str) -> str:
        at = self.root / name
        if at.is_symlink():
            return LINK
        if at.is_dir():
            return SUBMODULE
        return EXECUTABLE if os.access(at, os.X_OK) else FILE

    def read(self, path: str) -> bytes:
        at = self.root / path
        try:
            return os.readlink(os.fsencode(at)) if at.is_symlink() else at.read_bytes()
        except OSError as error:
            raise KeyError(path) from error


@functools.lru_cache(maxsize=1024)
def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_regex, map(composed, globs))) if globs else "(?!)", re.DOTALL)


def _regex(glob: str) -> str:
    """`*` and `?` stay within one folder, `**` spans folders, a trailing `/` means all below."""
    if glob.endswith("/"):
        glob += "**"
    out = ""
    for part in re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?|\[[^\]]*\])", glob):
        match part:
            case "**/":
                out += "(?:.*/)?"
            case "/**":
                out += "(?:/.*)?"
            case "**":
                out += ".*"
            case "*":
                out += "[^/]*"
            case "?":
                out += "[^/]"
            case _ if part.startswith("[") and part.endswith("]"):
                out += fnmatch.translate(part)[4:-3]
            case _:
                out += re.escape(part)
    return f"(?:{out})"


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path is named by one of the globs. A glob without a slash names that path at the root only.

    However the letters are composed: a macOS disk has taken those of a name apart, and a keyboard types them whole.
    """
    return _pattern(tuple(globs)).fullmatch(composed(path)) is not None


def leads(path: str, target: Callable[[str], str | None]) -> str | None:
    """Where a symlink of a tree leads, as a path of the tree; None where it leaves the tree or never ends.

    `target`: what a path's own link says, None where it is none.
    """
    left, at, hops = path.split("/"), list[str](), 0
    while left:
        part = left.pop(0)
        if part == ".." and not at:
            return None
        if part == "..":
            at.pop()
        elif part not in ("", "."):
            at.append(part)
            if (told := target("/".join(at))) is not None:
                hops += 1
                if told.startswith("/") or hops > HOPS:
                    return None
                at.pop()
                left = [*told.split("/"), *left]
    return "/".join(at)


def composed(path: str) -> str:
    """The path with its letters whole (NFC)."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def touch(one: str, other: str) -> bool:
    """Whether two globs could name the same path. In doubt, yes."""
    if not _wild(one) or not _wild(other):
        return matches(one, [other]) or matches(other, [one])
    a, b = _fixed(one), _fixed(other)
    return a.startswith(b) or b.startswith(a)


def _wild(glob: str) -> bool:
    return any(c in glob for c in "*?[") or glob.endswith("/")


def _fixed(glob: str) -> str:
    """The part before the first wildcard."""
    return glob[: min((glob.index(c) for c in "*?[" if c in glob), default=len(glob))]
