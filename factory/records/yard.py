"""Where the cards stand, read from git alone: backlogs and packets on main, trucks in the ledger, stamps on main."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from factory.cards.places import BACKLOG, PACKETS, PLANS, ids_in, packet_path
from factory.git import history, objects
from factory.git.ledger import Ledger
from factory.git.repo import Logged, Repo
from factory.model import Oid, State, Value
from factory.records.truck import Truck, carried, states, truck_path, with_stamp, without_lost
from factory.tree import FOLDER, Tree

if TYPE_CHECKING:  # a card is imported only by whoever reads one: `status` counts ten thousand without
    from factory.cards.card import WorkItem

CARDS, STAMPED = "Factory-Cards", "Factory-Half"
FOLDED = "cards/folded.json"  # main's stamps up to here are in the trucks
_BACKLOG = re.compile(r"backlog_([0-9]{8})(?:_(\w+))?\.jsonl")
_PLAN = re.compile(r"dayplan_([0-9]{8})\.yaml")
_TRUCK = re.compile(r"truck_([0-9]{3,})")
_NAME = re.compile(r"([0-9]{8})_truck_([0-9]{3,})_(box_[0-9]{2,}_(?:front|back))")


class CardsWord(NamedTuple):
    """What one stamp on main says: these cards are done."""

    oid: Oid
    day: str
    truck: int
    half: str
    cards: tuple[str, ...]


class DayCounts(Value):
    """`cards/<day>/day.json`: counts, so that a day that is over is never read again."""

    day: str
    plan: Oid = ""  # the plan's blob when its cards were made
    total: int = 0
    done: int = 0
    blocked: int = 0
    trucks: int = 0
    over: bool = False  # every card is stamped, and no follow-up is due


def day_path(day: str) -> str:
    return f"cards/{day}/day.json"


def plan_days(tree: Tree) -> tuple[str, ...]:
    """The days that have a plan, oldest first."""
    found = (_PLAN.fullmatch(path.removeprefix(f"{PLANS}/")) for path in sorted(tree.entries()))
    return tuple(match[1] for match in found if match)


def word_of(logged: Logged) -> CardsWord | None:
    """What a commit claims as a stamp of cards; `verify` tells whether the claim holds."""
    found = objects.trailers(logged.message)
    named = _NAME.fullmatch(found.get(STAMPED, ""))
    if found.get("Factory-Event") != "stamp" or CARDS not in found or named is None:
        return None
    return CardsWord(logged.oid, named[1], int(named[2]), named[3], tuple(attempts_of(found[CARDS])))


def attempts_of(text: str) -> dict[str, int]:
    """Card -> attempt, from the trailer `Factory-Cards: L1_SCAN_000001#1 L1_SCAN_000002#2`."""
    parts = (part.partition("#") for part in text.split())
    return {card: int(number) if number.isdigit() else 0 for card, _, number in parts}


def words(repo: Repo, main: Oid, since: Oid | None) -> tuple[CardsWord, ...]:
    """The stamps of cards since..main, oldest first."""
    if since == main:
        return ()
    revisions = [main] if since is None else [main, f"^{since}"]
    found = [word for logged in repo.log(*revisions) if (word := word_of(logged))]
    return tuple(reversed(found))


class Yard:
    """One look at the cards, at one main and one ledger."""

    def __init__(self, repo: Repo, ledger: Ledger, main: Oid) -> None:
        self.repo, self.ledger, self.main = repo, ledger, main
        self._tree = repo.store.tree_of(main)
        self.folded: Oid | None = (ledger.read(FOLDED) or {}).get("main")
        beside = self.folded is not None and not history.on_line(repo, main, self.folded)
        since = None if beside else self.folded  # main was rewritten: fold it all again
        self.rewritten = beside and not repo.shallow  # below a shallow edge, nobody knows what is gone
        self.words = words(repo, main, since) if self.days or self.folded else ()
        self._trucks: dict[str, tuple[Truck, ...]] = {}

    # --- what is written on main

    def _names(self, folder: str) -> tuple[str, ...]:
        entry = self.repo.store.entry(self._tree, folder)
        return tuple(sorted(self.repo.store.level(entry.oid))) if entry and entry.mode == FOLDER else ()

    @property
    def days(self) -> tuple[str, ...]:
        """The days that have cards, oldest first."""
        found = (_BACKLOG.fullmatch(name) for name in self._names(BACKLOG))
        return tuple(dict.fromkeys(match[1] for match in found if match))

    def plans(self) -> tuple[str, ...]:
        """The days that have a plan on main, oldest first."""
        return tuple(match[1] for name in self._names(PLANS) if (match := _PLAN.fullmatch(name)))

    def _backlogs(self, day: str) -> Iterator[tuple[str, bytes]]:
        """(path, content): the day's own first, then its follow-ups by name."""
        for name in self._names(BACKLOG):
            if (match := _BACKLOG.fullmatch(name)) and match[1] == day:
                path = f"{BACKLOG}/{name}"
                yield path, self.repo.store.file(self._tree, path) or b""

    def backlog(self, day: str) -> tuple[WorkItem, ...]:
        from factory.cards.backlog import read_backlog

        return tuple(card for path, content in self._backlogs(day) for card in read_backlog(content, path))

    def some(self, day: str, wanted: Set[str]) -> tuple[WorkItem, ...]:
        """These cards of a day's backlogs, and no other is read."""
        from factory.cards.backlog import read_backlog

        found: list[WorkItem] = []
        for path, content in self._backlogs(day):
            lines = [line for line in content.splitlines(keepends=True) if wanted & set(ids_in(line))]
            found += read_backlog(b"".join(lines), path)
        return tuple(found)

    def ids(self, day: str) -> tuple[str, ...]:
        """The ids of a day's backlogs, without reading the cards."""
        return tuple(card for _, content in self._backlogs(day) for card in ids_in(content))

    def packed(self, day: str) -> tuple[int, ...]:
        """The numbers of a day's trucks that were packed."""
        found = (_TRUCK.fullmatch(name) for name in self._names(f"{PACKETS}/{day}"))
        return tuple(int(match[1]) for match in found if match)

    def packets(self, day: str, number: int) -> tuple[tuple[WorkItem, ...], tuple[WorkItem, ...]]:
        from factory.cards.backlog import read_backlog

        a, b = (packet_path(day, number, name) for name in "AB")
        read = self.repo.store.file
        return read_backlog(read(self._tree, a) or b"", a), read_backlog(read(self._tree, b) or b"", b)

    # --- what the ledger and the stamps say

    def day(self, day: str) -> DayCounts:
        kept = self.ledger.read(day_path(day), DayCounts.model_validate) or DayCounts(day=day)
        return kept.model_copy(update={"over": False}) if self.rewritten else kept

    def trucks(self, day: str) -> tuple[Truck, ...]:
        """The day's trucks, with the stamps that the ledger does not hold yet."""
        if day not in self._trucks:
            found: list[Truck] = []
            for number in self.packed(day):
                found.append(self._truck(day, number, found))
            self._trucks[day] = tuple(found)
        return self._trucks[day]

    def _truck(self, day: str, number: int, earlier: Iterable[Truck]) -> Truck:
        kept = self.ledger.read(truck_path(day, number), Truck.model_validate)
        truck = kept or carried(self._new(day, number), earlier)
        if kept and self.rewritten:
            truck = self._put_right(truck)
        for word in self.words:
            if (word.day, word.truck) == (day, number):
                truck = with_stamp(truck, word.half, word.oid, word.cards)
        return truck

    def _put_right(self, truck: Truck) -> Truck:
        """The ledger's truck against a main that was rewritten: its packets may be others, its stamps may be gone."""
        new = self._new(truck.day, truck.number)
        if (new.a, new.b) != (truck.a, truck.b):
            return carried(new, [truck])
        return without_lost(truck, {word.oid for word in self.words})

    def put_right(self) -> dict[str, Any]:
        """What the ledger is told once main was rewritten: every truck and every day, as main bears them out.

        What main does not know any more goes: its number may come again with other cards."""
        if not self.rewritten:
            return {}
        told: dict[str, Any] = {path: None for path in self.ledger.read_all("cards", dict) if path != FOLDED}
        trucks = [truck for day in self.days for truck in self.trucks(day)]
        told |= {truck.path: truck.model_dump(mode="json", exclude_defaults=True) for truck in trucks}
        return told | {day_path(day): self.day(day).model_dump(mode="json") for day in self.days}

    def _new(self, day: str, number: int) -> Truck:
        a, b = self.packets(day, number)
        return Truck(day=day, number=number, a=tuple(c.id for c in a), b=tuple(c.id for c in b))

    def states(self, day: str) -> dict[str, State]:
        """Card -> where it stands; a card that was packed twice (its first truck left without it) by its last truck."""
        found = dict.fromkeys(self.ids(day), State.PENDING)
        for truck in self.trucks(day):
            found |= {card: state for card, state in states(truck).items() if found.get(card) is not State.DONE}
        return found
