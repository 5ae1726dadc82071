"""The ledger: branch `factory/ledger`, an append-only chain of events whose tree is the state after each of them.

Reading the state is reading one tree, whatever the length of the history.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from factory.errors import DoesNotAddUp
from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import LEDGER, Repo
from factory.model import Event, Oid
from factory.tree import FILE, FOLDER, Entry

FACTORY = "factory.json"
T = TypeVar("T")


def ticket_path(ticket: str) -> str:
    """Where a ticket's record lies; sharded, so that no folder grows with the roadmap."""
    return f"tickets/{hashlib.sha256(ticket.encode()).hexdigest()[:2]}/{ticket}.json"


def to_json(value: Any) -> bytes:
    """Stable bytes: the same value gives the same blob."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def _parsed(path: str, content: bytes, read: Callable[[Any], T]) -> T:
    """DoesNotAddUp where it is not what the factory wrote: the ledger is its own, and somebody else wrote there."""
    try:
        return read(json.loads(content))
    except (ValueError, TypeError, RecursionError):
        raise DoesNotAddUp(
            f"factory/ledger:{path}: not what the factory wrote; `git log factory/ledger -- {path}` shows who changed "
            "it, and `git branch -f factory/ledger COMMIT` goes back to before that"
        ) from None


class Ledger:
    """Reads the state at one ledger commit; appends events when the controller holds the lock."""

    def __init__(self, repo: Repo, clock: Callable[[], float], run: str = "") -> None:
        self.repo, self._clock, self.run = repo, clock, run
        self.lock = threading.RLock()  # held over a read and the append that rests on it
        self._read: dict[str, dict[Oid, Any]] = {}  # folder -> what its blobs said when it was last read whole
        self.reload()

    def reload(self) -> None:
        """See what another process appended."""
        self.tip: Oid | None = self.repo.tip(LEDGER)
        self.tree: Oid | None = self.repo.store.tree_of(self.tip) if self.tip else None

    def at(self, tip: Oid | None) -> Ledger:
        """The ledger as it stood after an earlier event; for reading only."""
        earlier = copy.copy(self)
        earlier._read = dict(self._read)
        earlier.tip, earlier.tree = tip, self.repo.store.tree_of(tip) if tip else None
        return earlier

    def now(self) -> float:
        """Seconds since the epoch, by the clock that its events are dated by."""
        return self._clock()

    # --- reading

    def read(self, path: str, read: Callable[[Any], Any] = dict) -> Any:
        """A JSON file of the state, as `read` makes it of the JSON; None where there is none."""
        content = self.repo.store.file(self.tree, path) if self.tree else None
        return None if content is None else _parsed(path, content, read)

    def read_all(self, folder: str, read: Callable[[Any], T]) -> dict[str, T]:
        """Every JSON file below a folder of the state, by path, as `read` makes it of the JSON. What did not change
        since the last look is the same value again."""
        entry = self.repo.store.entry(self.tree, folder) if self.tree else None
        if entry is None or entry.mode != FOLDER:
            return {}
        files = self.repo.store.flat(entry.oid, f"{folder}/")
        oids = {path: found.oid for path, found in files.items() if path.endswith(".json")}
        known = self._read.get(folder, {})
        paths = {oid: path for path, oid in oids.items() if oid not in known}
        new = {oid: _parsed(paths[oid], content, read) for oid, content in self.repo.store.blobs(paths)}
        self._read[folder] = now = {oid: known[oid] if oid in known else new[oid] for oid in oids.values()}
        return {path: now[oid] for path, oid in oids.items()}

    # --- writing

    def append(self, event: Event, changes: Mapping[str, Any], *, second: Oid | None = None) -> Oid:
        """Append one event with the state that it leaves. On disk when this returns; Moved if another wrote.

        `changes` maps a path to its new value (bytes are kept as they are, None takes the file away).
        `second` is a failed attempt's evidence commit: it stays reachable through the event.
        """
        with self.lock:
            store = self.repo.store
            entries = {
                path: None
                if value is None
                else Entry(FILE, store.write_blob(value if isinstance(value, bytes) else to_json(value)))
                for path, value in changes.items()
            }
            tree = store.edit(self.tree, entries)
            parents = tuple(oid for oid in (self.tip, second) if oid)
            commit = Commit(tree, parents, self._message(event), int(self._clock()))
            oid = store.write_commit(commit)
            self.repo.move(LEDGER, oid, self.tip)
            self.tip, self.tree = oid, tree
            return oid

    def _message(self, event: Event) -> str:
        where = f"({event.ticket}#{event.attempt})" if event.attempt else f"({event.ticket})" if event.ticket else ""
        trailers = {
            "Factory-Event": event.name,
            "Factory-Ticket": event.ticket,
            "Factory-Attempt": str(event.attempt or ""),
            "Factory-Run": self.run,
            **event.trailers,
        }
        return objects.message(f"{event.name}{where}: {event.text}", trailers=trailers.items())


def parse_event(oid: Oid, time: int, message: str) -> Event:
    """An event from its commit."""
    found = objects.trailers(message)
    return Event(
        name=found.pop("Factory-Event", ""),
        ticket=found.pop("Factory-Ticket", ""),
        attempt=int(found.pop("Factory-Attempt", "0") or 0),
        text=message.split("\n", 1)[0].partition(": ")[2],
        trailers=found,
        oid=oid,
        time=time,
    )
