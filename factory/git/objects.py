"""Git's objects as bytes: pure encoding and parsing, for sha1 and sha256 repositories alike.

Trees and commits are written by hand because GitPython's index rewrites itself at every commit (twenty times slower at
100,000 events) and cannot write sha256 objects at all.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from factory.errors import CouldNotRun
from factory.git.names import unfit
from factory.model import Oid
from factory.tree import EXECUTABLE, FILE, FOLDER, LINK, SUBMODULE, Entry

IDENTITY = "stampmill <factory@stampmill.invalid>"


def digest(kind: str, body: bytes, algorithm: str) -> Oid:
    """The object id that git gives to this content."""
    return hashlib.new(algorithm, frame(kind, body)).hexdigest()


def frame(kind: str, body: bytes) -> bytes:
    return b"%s %d\0" % (kind.encode(), len(body)) + body


def unframe(framed: bytes) -> tuple[str, bytes]:
    """Kind and body."""
    head, _, body = framed.partition(b"\0")
    return head.split(b" ")[0].decode(), body


def to_name(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def to_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


_MODES = {mode.encode(): mode for mode in (FILE, EXECUTABLE, LINK, SUBMODULE, FOLDER)}


def parse_tree(body: bytes, width: int, oid: Oid = "") -> dict[str, Entry]:
    """One level of a tree: name -> entry. `width` is the id's length in bytes (20 or 32).

    CouldNotRun for a tree that git itself would not check out: a name in it may be a path out of the folder.
    """
    entries: dict[str, Entry] = {}
    at, last = 0, b""
    while at < len(body):
        space, zero = body.find(b" ", at), body.find(b"\0", at)
        end = zero + 1 + width
        if not at < space < zero or end > len(body):
            raise _bad_tree(oid, "is cut off or garbled")
        raw = body[space + 1 : zero]
        name, mode = to_name(raw), _MODES.get(body[at:space]) or _mode(body[at:space], oid)
        if why := unfit(name):
            raise _bad_tree(oid, f"holds {why}" + (f": {name!a}" if why.startswith("a ") else ""))
        key = raw + b"/" if mode == FOLDER else raw
        if key <= last or name in entries:
            raise _bad_tree(oid, f"holds {name!a} twice, or out of order")
        entries[name] = Entry(mode, body[zero + 1 : end].hex())
        at, last = end, key
    return entries


def _mode(raw: bytes, oid: Oid) -> str:
    """An old or odd spelling of a mode, as git itself reads it."""
    kind = int(raw, 8) if raw.isdigit() and raw.translate(None, b"01234567") == b"" else 0
    match kind >> 12:
        case 0o10:
            return EXECUTABLE if kind & 0o100 else FILE
        case 0o12:
            return LINK
        case 0o16:
            return SUBMODULE
        case 0o4:
            return FOLDER
    raise _bad_tree(oid, f"holds the mode {to_name(raw)!a}, which is no file's")


def _bad_tree(oid: Oid, what: str) -> CouldNotRun:
    remedy = "git would not check it out either (see `git fsck`): leave out the commit that brought it, and run again"
    return CouldNotRun(f"the git tree {oid} {what}; {remedy}".replace("  ", " "))


def format_tree(entries: Mapping[str, Entry]) -> bytes:
    """A tree's body. Git sorts a folder as if its name ended with a slash."""

    def key(item: tuple[str, Entry]) -> bytes:
        return to_bytes(item[0]) + (b"/" if item[1].mode == FOLDER else b"")

    return b"".join(
        b"%s %s\0%s" % (entry.mode.encode(), to_bytes(name), bytes.fromhex(entry.oid))
        for name, entry in sorted(entries.items(), key=key)
    )


class Commit(NamedTuple):
    """A commit's own words. `time` is the committer's, in seconds since the epoch."""

    tree: Oid
    parents: tuple[Oid, ...]
    message: str
    time: int
    signature: str = ""
    author: str = IDENTITY
    committer: str = IDENTITY

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]


_WHEN = re.compile(r"(.*) (-?[0-9]{1,18}) \S+")


def format_commit(commit: Commit) -> bytes:
    """A commit's body; a signature goes where `git commit -S` puts it."""
    head = [f"tree {commit.tree}"]
    head += [f"parent {parent}" for parent in commit.parents]
    head += [f"author {commit.author} {commit.time} +0000", f"committer {commit.committer} {commit.time} +0000"]
    if commit.signature:
        name = "gpgsig-sha256" if len(commit.tree) == 64 else "gpgsig"
        head.append(f"{name} " + commit.signature.rstrip("\n").replace("\n", "\n "))
    return ("\n".join(head) + "\n\n" + commit.message).encode("utf-8", "surrogateescape")


def _person(fields: dict[str, list[str]], role: str) -> tuple[str, str]:
    """(who, seconds since the epoch). Old imports hold commits without a date, or without anybody: 0 then."""
    whole = (fields.get(role) or [""])[0]
    match = _WHEN.fullmatch(whole)
    return (match[1], match[2]) if match else (whole, "0")


def parse_commit(body: bytes) -> Commit:
    head, _, message = body.decode("utf-8", "surrogateescape").partition("\n\n")
    fields: dict[str, list[str]] = {}
    for line in re.sub(r"\n ", "\0", head).split("\n"):
        name, _, value = line.partition(" ")
        fields.setdefault(name, []).append(value.replace("\0", "\n"))
    author, committer = _person(fields, "author"), _person(fields, "committer")
    signature = (fields.get("gpgsig") or fields.get("gpgsig-sha256") or [""])[0]
    return Commit(
        tree=fields["tree"][0],
        parents=tuple(fields.get("parent", ())),
        message=message,
        time=int(committer[1]),
        signature=signature,
        author=author[0],
        committer=committer[0],
    )


# --- messages --------------------------------------------------------------------------------------------

_TRAILER = re.compile(r"^(Factory-[A-Za-z-]+)\s*:\s*(.*)$", re.IGNORECASE)  # git is as lenient


def message(subject: str, body: str = "", trailers: Iterable[tuple[str, str]] = ()) -> str:
    """A commit message whose trailers nobody else can add to.

    Every value is held to one line, and a line of the subject or the body that looks like a trailer of ours is
    indented: a newline in a title must not become a `Factory-Status`.
    """
    lines = [_flat(subject), ""]
    if body:
        lines += [" " + line if _TRAILER.match(line) else line for line in body.splitlines()] + [""]
    lines += [f"{name}: {_flat(value)}" for name, value in trailers if value != ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _flat(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def trailers(text: str) -> dict[str, str]:
    """The `Factory-` trailers of a message: those of its last paragraph alone, as git reads them."""
    return dict(_trailers(text))


def repeated(text: str) -> list[str]:
    """The trailers that a message has more than once, in any case of letters: readers would differ on which counts."""
    names = Counter(name.lower() for name, _ in _trailers(text))
    return sorted(name for name, count in names.items() if count > 1)


def _trailers(text: str) -> list[tuple[str, str]]:
    last = text.rstrip("\n").rpartition("\n\n")[2]
    return [(match[1], match[2]) for line in last.split("\n") if (match := _TRAILER.match(line))]
