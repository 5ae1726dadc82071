"""Repositories of any size and age, made in seconds with `git fast-import`.

Their history is one in length alone: its stamps have the shape, the words and the records of real ones, no evidence.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

from bench import programs
from factory.git import objects
from factory.git.ledger import FACTORY, ticket_path
from factory.git.ledger import to_json as state_json
from factory.git.repo import Repo
from factory.model import State
from factory.records.record import Record
from factory.tree import FILE, Entry

SINCE = 1_790_000_000
IDENTITY = "bench <bench@stampmill.invalid>"
FOLDER_HOLDS = 50
SETTINGS = """
[workers.default]
kind = "command"
command = ["true"]

[gate]
doctor = ["true"]
fast = []
regression = ["true"]

[sandbox]
kind = "none"
"""


class Stream:
    """What `git fast-import` reads."""

    def __init__(self, seconds: int = 0) -> None:
        """`seconds`: how much later its commits are made than those of another stream."""
        self._out, self._mark, self._later = io.BytesIO(), 0, seconds

    def commit(self, ref: str, text: str, files: dict[str, bytes], parents: tuple[str, ...] = ()) -> str:
        """Adds a commit to a branch; `parents` after the branch's own tip are merged in. Its mark."""
        self._mark += 1
        self._line(f"commit {ref}\nmark :{self._mark}\ncommitter {IDENTITY} {SINCE + self._later + self._mark} +0000")
        self._data(text.encode())
        for n, parent in enumerate(parents):
            self._line(f"{'from' if n == 0 else 'merge'} {parent}")
        for path, content in files.items():
            self._line(f"M 100644 inline {path}")
            self._data(content)
        return f":{self._mark}"

    def _line(self, text: str) -> None:
        self._out.write(text.encode() + b"\n")

    def _data(self, content: bytes) -> None:
        self._out.write(b"data %d\n%s\n" % (len(content), content))

    def load(self, repo: Path, home: Path) -> None:
        said = self._out.getvalue() + b"done\n"
        programs.git(repo, home, "-c", "core.fsync=none", "fast-import", "--quiet", "--done", stdin=said)


def make(
    where: Path, *, files: int, stamps: int = 0, tickets: int = 0, kept_rows: bool = False, bare: bool = True
) -> Path:
    """A repository with so many files, earlier stamps and released tickets. Returns its folder; `home` lies beside it.

    `kept_rows`: the earlier stamps are of as many tickets, whose rows are in the tables; else all of one ticket
    that was stamped and taken back again and again, so that history grows and nothing else does.
    """
    repo, home = where / "repo", where / "home"
    repo.mkdir(parents=True)
    home.mkdir()
    Repo.create(repo, bare=bare)
    past = [f"P-{n}" for n in range(1, stamps + 1)] if kept_rows else ["P-1"] * stamps
    new = [f"D-{n}" for n in range(1, tickets + 1)]
    stream = Stream()
    tip = stream.commit("refs/heads/main", "a world\n", {**plain_files(files), **_tables(past, new)})
    for ticket in past:
        tip = _stamp(stream, tip, ticket)
    stream.load(repo, home)
    main = programs.git(repo, home, "rev-parse", "refs/heads/main").decode().strip()
    if stamps:
        ledger(repo, home, past, main)
    if not bare:
        programs.git(repo, home, "-c", "core.fsync=none", "reset", "-q", "--hard")
    return repo


def plain_files(count: int) -> dict[str, bytes]:
    """Small files, fifty in a folder, as source trees have them."""
    return {
        f"src/p{n // FOLDER_HOLDS // 40:03}/q{n // FOLDER_HOLDS % 40:02}/m{n % FOLDER_HOLDS:02}.txt": b"line %d\n"
        % n
        * 20
        for n in range(count)
    }


def _tables(past: list[str], new: list[str]) -> dict[str, bytes]:
    done = list(dict.fromkeys(past))
    rows = "".join(f"| {t} | DONE | P2 | LOW | An earlier ticket |  |\n" for t in done)
    rows += "".join(f"| {t} | IN_PROGRESS | P2 | LOW | A ticket |  |\n" for t in new)
    proofs = "".join(f"| AC-{t} | {t} | it is there | `test -f out/{t}.txt` | DONE | 0123456789ab |\n" for t in done)
    proofs += "".join(f"| AC-{t} | {t} | it is there | `test -f out/{t}.txt` | OPEN |  |\n" for t in new)
    head, rule = "| ticket | status | priority | risk | title | deps |\n", "|---|---|---|---|---|---|\n"
    return {
        "D_ROADMAP.md": (head + rule + rows).encode(),
        "AC_LEDGER.md": ("| AC | ticket | criterion | check | status | work |\n" + rule + proofs).encode(),
        "ssot/factory.toml": SETTINGS.encode(),
    }


def _stamp(stream: Stream, tip: str, ticket: str) -> str:
    """The four commits of a stamp, on main."""
    side = f"refs/heads/side/{ticket}"
    trailers = [("Factory-Ticket", ticket), ("Factory-Attempt", "1")]
    at = tip
    for step in ("plan", "work", "evidence"):
        text = objects.message(f"{step}({ticket}#1): an earlier ticket", trailers=[("Factory-Event", step), *trailers])
        at = stream.commit(side, text, {}, (at,))
    text = objects.message(f"stamp({ticket}): an earlier ticket", trailers=[("Factory-Event", "stamp"), *trailers])
    return stream.commit("refs/heads/main", text, {}, (tip, at))


def ledger(repo: Path, home: Path, past: list[str], main: str) -> None:
    """A ledger that knows of these stamps, one event each."""
    stream = Stream()
    tip = ""
    for ticket in past:
        record = Record(ticket=ticket, state=State.DONE, attempt=1, stamp=main).model_dump(mode="json")
        factory = {"main": main, "state": "READY"}
        changes = {ticket_path(ticket): state_json(record), FACTORY: json.dumps(factory).encode()}
        trailers = [("Factory-Event", "stamped"), ("Factory-Ticket", ticket), ("Factory-Attempt", "1")]
        text = objects.message(f"stamped({ticket}#1): an earlier ticket", trailers=trailers)
        tip = stream.commit("refs/heads/factory/ledger", text, changes, (tip,) if tip else ())
    stream.load(repo, home)


def add(repo: Repo, files: dict[str, bytes]) -> str:
    """A commit on main that adds these files. Its tree."""
    tip = repo.tip("refs/heads/main")
    assert tip is not None
    tree = repo.store.edit(
        repo.store.tree_of(tip), {path: Entry(FILE, repo.store.write_blob(c)) for path, c in files.items()}
    )
    repo.move("refs/heads/main", repo.store.write_commit(objects.Commit(tree, (tip,), "more files\n", SINCE)), tip)
    return tree
