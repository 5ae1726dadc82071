"""A busy night in a large repository: `python -m tests.web.busy REPO EVENTS_A_SECOND SECONDS` writes what a run would.

It holds the controller's lock, moves the ledger with each event, and main with each stamp; and prints a line an event:
its number, which is in the event's text, and when it was there, in seconds since the epoch.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from factory.git import lock, objects
from factory.git.ledger import FACTORY, Ledger, ticket_path
from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.model import Event, Oid, State, Triage
from factory.money.budget import Book
from factory.money.spend import bill
from factory.records.record import Lease, Record
from factory.records.view import ROADMAP, RUNNING, factory_file
from factory.tree import FILE, Entry
from tests.web.large import MAIN, TITLE

HANDS, STAMP_EVERY = 10, 10.0  # attempts at once; seconds
COST = bill(3, 9_000, 900, 0.03)


class Busy:
    """What a run of so many hands writes, one event at a time."""

    def __init__(self, repo: Repo) -> None:
        self.repo, self.ledger = repo, Ledger(repo, time.time, "busy")
        self.dice, self.count, self.stamped = random.Random(7), 0, time.monotonic()
        self.works: list[Record] = []
        tip = repo.tip(MAIN)
        assert tip
        self.main: Oid = tip
        rows = (repo.store.file(tip, ROADMAP) or b"").decode().splitlines()
        self.waits = [row.split(" ")[1] for row in rows if row.startswith("| B-") and "| IN_PROGRESS |" in row]
        self.book = Book(date=time.strftime("%Y-%m-%d"))  # type: ignore[arg-type]
        self._state(state=RUNNING, run="busy", stop_reason=None, stop_kind="")

    def step(self) -> int:
        """One event; its number."""
        self.count += 1
        at = self.dice.random()
        if len(self.works) < min(HANDS, len(self.waits) // 2):
            self._start()
        elif at < 0.4:
            self._beat()
        elif at < 0.6:
            self._settle()
        elif time.monotonic() > self.stamped + STAMP_EVERY:
            self._stamp()
        else:
            self._fail()
        return self.count

    def _start(self) -> None:
        name = self.waits.pop(0)
        known = self.ledger.read(ticket_path(name), Record.model_validate) or Record(ticket=name)
        now = time.time()
        record = known.begun(known.attempt + 1, Lease(run="busy", key="k", since=now, beat=now))
        self.works.append(record)
        self.book = self.book.model_copy(update={"open": {**self.book.open, f"{name}#{record.attempt}": COST}})
        self._tell("start", record, "with a model")

    def _beat(self) -> None:
        record = self.works.pop(0).beaten(time.time())
        self.works.append(record)
        self._tell("beat", record, "alive")

    def _settle(self) -> None:
        self.book = self.book.model_copy(update={"settled": self.book.settled + COST})
        self._tell("settle", self.works[0], "3 calls", **{"Factory-Cost-USD": "0.030000"})

    def _fail(self) -> None:
        record = self._ended()
        back = record.model_copy(update={"state": State.PENDING, "lease": None, "attempts": record.attempts + 1})
        back = back.model_copy(update={"triage": Triage.TEST, "why": f"assert total == {self.count}"})
        self.waits.append(record.ticket)
        evidence = self.repo.store.commit(self.main).parents[-1]
        self._tell("fail", back, "TEST: assert total == 10.01", evidence, **{"Factory-Triage": "TEST"})

    def _stamp(self) -> None:
        self.stamped, record = time.monotonic(), self._ended()
        rows = self.repo.store.file(self.main, ROADMAP) or b""
        row = f"| {record.ticket} | ".encode()
        store = self.repo.store
        blob = store.write_blob(rows.replace(row + b"IN_PROGRESS", row + b"DONE"))
        tree = store.edit(store.tree_of(self.main), {ROADMAP: Entry(FILE, blob)})
        said = {"Factory-Event": "stamp", "Factory-Ticket": record.ticket, "Factory-Attempt": str(record.attempt)}
        text = objects.message(f"stamp({record.ticket}): {TITLE}", trailers=said.items())
        parents = (self.main, store.commit(self.main).parents[-1])
        stamp = store.write_commit(objects.Commit(tree, parents, text, int(time.time())))
        self.repo.move(MAIN, stamp, self.main)
        self.main = stamp
        factory = factory_file(self.ledger).model_copy(update={"main": stamp}).model_dump(mode="json")
        self._tell("stamped", record.stamped(stamp), TITLE, files={FACTORY: factory}, **{"Factory-Stamp": stamp})

    def _ended(self) -> Record:
        record = self.works.pop(self.dice.randrange(len(self.works)))
        still = {key: cost for key, cost in self.book.open.items() if not key.startswith(f"{record.ticket}#")}
        self.book = self.book.model_copy(update={"open": still})
        return record

    def _tell(
        self,
        name: str,
        record: Record,
        text: str,
        second: Oid | None = None,
        files: dict[str, object] | None = None,
        **more: str,
    ) -> None:
        if files is None:
            files = {}
        said = f"{text} no.{self.count}."
        event = Event(name=name, ticket=record.ticket, attempt=record.attempt, text=said, trailers=more)
        book = {f"budget/{self.book.date.isoformat()}.json": self.book.model_dump(mode="json")}
        record_ = {ticket_path(record.ticket): record.model_dump(mode="json")}
        self.ledger.append(event, {**record_, **book, **files}, second=second)

    def _state(self, **update: object) -> None:
        state = factory_file(self.ledger).model_copy(update=update).model_dump(mode="json")
        self.ledger.append(Event(name="run", text="busy"), {FACTORY: state})


def write(path: Path, rate: float, seconds: float) -> None:
    """So many events a second, until the time is over."""
    with Repo(path, durable=False) as repo, lock.hold(private_dir(repo)):
        busy, began = Busy(repo), time.monotonic()
        due = began
        while due < began + seconds:
            number = busy.step()
            print(number, time.time(), flush=True)
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    write(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
