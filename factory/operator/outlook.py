"""What the next run would do with cards, decided by the functions that the run decides with; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from factory.cards.backlog import read_backlog
from factory.cards.card import WorkItem
from factory.cards.pack import pack
from factory.cards.places import BACKLOG, backlog_path, packet_path
from factory.errors import FactoryError, Mistake
from factory.git.store import GitTree
from factory.kinds import BUILT_IN
from factory.line import loading
from factory.model import State
from factory.plain import many
from factory.records.yard import Yard
from factory.ssot.settings import Settings

Fault = Callable[[str], FactoryError | None]  # worker -> why it could not start


class Outlook(NamedTuple):
    """A step a day, in the order in which the run takes them, and what keeps cards until it is mended."""

    days: list[dict[str, Any]]
    wrong: FactoryError | None = None  # no card is worked on
    waits: tuple[FactoryError, ...] = ()  # some are not


class Step(NamedTuple):
    """One day's. `cards`: those that are worked on; `waiting`: those that a later truck takes; `waits`: what keeps the
    cards of a worker."""

    day: str
    does: str
    truck: int = 0
    cards: Sequence[WorkItem] = ()
    waiting: int = 0
    blocked: int = 0
    waits: Mapping[str, FactoryError] = MappingProxyType({})

    def told(self) -> dict[str, Any]:
        found = self._asdict() | {"cards": len(self.cards)}
        del found["waits"]
        return found | {
            "types": _counted(card.type for card in self.cards),
            "workers": _counted(card.input.worker or BUILT_IN for card in self.cards),
            "waits": {name: str(error) for name, error in self.waits.items()},
        }


def outlook(yard: Yard, settings: Settings, today: str, fault: Fault) -> Outlook:
    """`today`: YYYYMMDD."""
    met: dict[str, FactoryError] = {}

    def met_by(worker: str) -> FactoryError | None:
        error = fault(worker)
        met.update({worker: error} if error else {})
        return error

    try:
        days = _days(yard, settings, today, met_by)
    except Mistake as mistake:
        return Outlook([], mistake)
    return Outlook(days, None, tuple(met.values()))


def _days(yard: Yard, settings: Settings, today: str, fault: Fault) -> list[dict[str, Any]]:
    known = [_known(yard, settings, day, fault) for day in yard.days if not yard.day(day).over]
    tree = GitTree(yard.repo.store, yard.main)
    due = [day for day in yard.plans() if day <= today and day not in yard.days]
    later = [Step(day, "later").told() for day in yard.plans() if day > today and day not in yard.days]
    compiled = [_due(tree, settings, day, fault) for day in due]
    return sorted([*known, *compiled, *later], key=lambda one: (one["does"] == "later", one["day"]))


def _due(tree: GitTree, settings: Settings, day: str, fault: Fault) -> dict[str, Any]:
    """A plan without cards: it is compiled, and its first truck packed."""
    cards = read_backlog(loading.compiled(day, tree, settings).files[backlog_path(day)])
    waits = _waits(cards, fault)
    truck = pack([card for card in cards if card.input.worker not in waits])
    on_board = (*truck.a, *truck.b)
    return Step(day, "compile", 1, on_board, len(cards) - len(on_board), waits=waits).told()


def _waits(cards: Iterable[WorkItem], fault: Fault) -> dict[str, FactoryError]:
    """Worker -> what keeps the cards that it is to work on."""
    names = {card.input.worker for card in cards if card.input.worker}
    return {name: error for name in sorted(names) if (error := fault(name))}


def _known(yard: Yard, settings: Settings, day: str, fault: Fault) -> dict[str, Any]:
    """The truck that is on the line, else the one that would be packed, with what follow-ups bring."""
    states = yard.states(day)
    blocked = sum(state is State.BLOCKED for state in states.values())
    waiting = {card for card, state in states.items() if state in (State.PENDING, State.INFLIGHT)}
    for truck in yard.trucks(day):
        if not truck.left and (open_ := [card for card in truck.cards if card in waiting]):
            cards = yard.some(day, set(open_))
            waits = _waits(cards, fault)
            cards = tuple(card for card in cards if card.input.worker not in waits)
            return Step(day, "work", truck.number, cards, len(waiting) - len(cards), blocked, waits).told()
    return _next(yard, settings, day, states, blocked, fault)


def _next(
    yard: Yard, settings: Settings, day: str, states: dict[str, State], blocked: int, fault: Fault
) -> dict[str, Any]:
    done = {card for card, state in states.items() if state is State.DONE}
    stuck = {card for card, state in states.items() if state is State.BLOCKED}
    cards = yard.backlog(day)
    if follow := loading.followed(day, GitTree(yard.repo.store, yard.main), settings, cards, done):
        new = {path: content for path, content in follow.files.items() if path.startswith(f"{BACKLOG}/")}
        cards += tuple(card for path, content in new.items() for card in read_backlog(content, path))
    number = 1 + max(yard.packed(day), default=0)
    waits = _waits([card for card in cards if card.id not in done | stuck], fault)
    kept = {card.id for card in cards if card.input.worker in waits}
    if (load := loading.packed(day, number, cards, done, stuck | kept)) is None:
        return Step(day, "nothing", 0, (), len(cards) - len(done) - len(stuck), blocked, waits).told()
    packed = [card for name in "AB" for card in read_backlog(load.files[packet_path(day, number, name)])]
    left = len(cards) - len(done) - len(stuck) - len(packed)
    return Step(day, "pack", number, packed, left, blocked, waits).told()


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


DOES = {
    "compile": "the plan is compiled, then truck {truck:03} takes {cards}",
    "pack": "truck {truck:03} takes {cards}",
    "work": "truck {truck:03} has {cards} to go",
    "nothing": "no card can be packed",
    "later": "a later day's plan: nothing is done before that day",
}


def as_lines(found: dict[str, Any]) -> list[str]:
    """One day's step, for a person, and what keeps its cards until that is mended."""
    kept = [f"    the cards of worker {name} wait until that is mended: {why}" for name, why in found["waits"].items()]
    return [_as_line(found), *kept]


def _as_line(found: dict[str, Any]) -> str:
    line = f"cards of {found['day']}: " + DOES[found["does"]].format(**{**found, "cards": many(found["cards"], "card")})
    line += f" ({_words(found['types'])}) by {_words(found['workers'])}" if found["cards"] else ""
    line += f"; {found['waiting']:,} wait for a later truck" if found["waiting"] else ""
    return line + (f"; {found['blocked']:,} need a person" if found["blocked"] else "")


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())
