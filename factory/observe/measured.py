"""All that the ledger's events come to, as one value that is folded on: the news alone are read at the next look. Pure.

What it says depends on the events and on the evidence that they name, in their order, and on nothing else: folded at
once or piece by piece, by one process or by ten that were killed, it is the same value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from factory.cards.card import is_card
from factory.model import Event, Oid, Triage
from factory.money import pace
from factory.observe import histogram
from factory.observe.beyond import Beyond
from factory.observe.histogram import Histogram
from factory.observe.noise import ToldNotice, heard
from factory.observe.trying import BY_A_PERSON, GateRun, Key, Trying
from factory.plain import one_line, words
from factory.records.halves import FAILED
from factory.records.papers import STAMP, Paid, items_of
from factory.reports.daily import KILLED, STOP
from factory.reports.stops import STOPS

TICKET, CARD, OTHER = "ticket", "card", "other"
RUN = "Factory-Run"  # the trailer of every event: who wrote it
LATELY = 100  # verdicts and stamps that a share is taken of
MODELS = 20  # names of models that a label may have: a worker says its model itself, and may say anything
MODEL_LENGTH = 80  # characters
EVENTS = frozenset(
    words(
        """adopt beat block cancel checkpoint compile day deal fail fold hopeless killed later leave note notice pack
        release replan report reserve resume retry rewind run settle spent stamped start stop unsent wait"""
    )
)
LIMITS = {pace.LIMITED: "limit", pace.DAILY: "daily_quota"}  # how a put-off begins that a provider asked for
BACK = ("killed", "later", "wait")  # an attempt in flight ends without a verdict
TRIAGES = frozenset(Triage)
RAN = ("passed", "failed", "known_red", "flaky")  # fates of tests that ran
FATES = (*RAN, "missing")


@dataclass(frozen=True)
class Measured:
    """The numbers up to one event. Times are in seconds, moments in seconds since the epoch."""

    ledger: Oid | None = None  # the last event that is in it
    last: int = 0  # when that was
    counts: Mapping[Key, int] = field(default_factory=dict)
    times: Mapping[Key, Histogram] = field(default_factory=dict)
    leads: tuple[int, ...] = ()  # from a ticket's first start to its stamp, in the order of the stamps
    retries: int = 0  # failed attempts of the tickets that were stamped
    cards: frozenset[str] = frozenset()  # that were stamped
    stamps: frozenset[Oid] = frozenset()
    gate: tuple[GateRun, ...] = ()  # the newest verdicts, oldest first
    alone: tuple[bool, ...] = ()  # of the newest stamps of tickets: at the first attempt, and with no person
    told: tuple[ToldNotice, ...] = ()  # the newest messages that asked for somebody
    models: tuple[str, ...] = ()  # the names that labels may have, as they came up
    items: Mapping[str, Trying] = field(default_factory=dict)
    run: str | None = None  # the run that has begun, and of which no end is written

    def then(self, events: Iterable[Event], beyond: Mapping[Oid, Beyond] = {}, *, booked: bool = True) -> Measured:
        """The numbers after these events, oldest first. `beyond`: what git holds of some, by the event's id. Not
        `booked`: main tells of them, and the ledger has no such event yet."""
        counting = Counting(self)
        for event in events:
            counting.add(event, beyond.get(event.oid, Beyond()), booked=booked)
        return counting.measured()

    def of(self, what: str) -> Iterator[tuple[Key, int]]:
        """(labels, count) of everything that is counted under one word."""
        return ((key[1:], count) for key, count in self.counts.items() if key[0] == what)

    def total(self, what: str) -> int:
        return sum(count for _, count in self.of(what))


class Counting:
    """Adds events to numbers; it lives for one fold."""

    def __init__(self, before: Measured) -> None:
        self._ledger, self._last, self._on = before.ledger, before.last, before.run
        self._counts, self._times, self._items = Counter(before.counts), dict(before.times), dict(before.items)
        self._leads, self._retries, self._models = list(before.leads), before.retries, list(before.models)
        self._cards, self._stamps = set(before.cards), set(before.stamps)
        self._gate, self._alone, self._told = list(before.gate), list(before.alone), before.told
        self._does: dict[str, Callable[[Event, Beyond], None]] = {
            "run": self._run,
            "stop": self._stop,
            "start": self._start,
            "fail": self._fail,
            "stamped": self._stamped,
            "block": self._block,
            "checkpoint": self._checkpoint,
            **dict.fromkeys(BACK, self._back),
            **dict.fromkeys(BY_A_PERSON, self._anew),
        }

    def measured(self) -> Measured:
        """What it has come to."""
        return Measured(
            ledger=self._ledger,
            last=self._last,
            counts=dict(self._counts),
            times=self._times,
            leads=tuple(self._leads),
            retries=self._retries,
            cards=frozenset(self._cards),
            stamps=frozenset(self._stamps),
            gate=tuple(self._gate[-LATELY:]),
            alone=tuple(self._alone[-LATELY:]),
            told=self._told,
            models=tuple(self._models),
            items=self._items,
            run=self._on,
        )

    def add(self, event: Event, beyond: Beyond, *, booked: bool) -> None:
        if booked:
            self._ledger, self._last = event.oid or self._ledger, max(self._last, event.time)
            self._counts["events", event.name if event.name in EVENTS else OTHER] += 1
        self._told = heard(self._told, event)
        if does := self._does.get(event.name):
            does(event, beyond)

    # --- the run

    def _run(self, event: Event, _: Beyond) -> None:
        if self._on is not None:  # the one before could not write its own end
            self._counts["stops", KILLED] += 1
        self._on = event.trailers.get(RUN, "")

    def _stop(self, event: Event, _: Beyond) -> None:
        if kind := event.trailers.get(STOP):
            self._counts["stops", kind if kind in STOPS else OTHER] += 1
            self._on = None

    def _checkpoint(self, event: Event, _: Beyond) -> None:
        self._counts["checkpoints",] += 1
        self._counts["boxes_failed",] += bool(event.trailers.get(FAILED))

    # --- an item

    def _named(self, event: Event) -> Iterator[tuple[str, str, Trying]]:
        """(id, trade, how it stood) of each item of an event."""
        for id in items_of(event):
            yield id, CARD if is_card(id) else TICKET, self._items.get(id, Trying())

    def _start(self, event: Event, _: Beyond) -> None:
        for id, trade, trying in self._named(event):
            first = event.time if trying.first is None else trying.first
            hands = trying.hands or event.trailers.get(RUN, "") != self._on  # `factory submit`: a person's change
            self._items[id] = trying._replace(first=first, began=event.time, waits=None, hands=hands)
            self._counts["attempts", trade] += 1

    def _fail(self, event: Event, beyond: Beyond) -> None:
        triage = event.trailers.get("Factory-Triage", "")
        for id, trade, trying in self._named(event):
            self._counts["failed", trade, triage if triage in TRIAGES else OTHER] += 1
            self._ended(trying, event.time)
            self._items[id] = trying._replace(fails=trying.fails + 1, began=None, waits=event.time)
            self._evidence(beyond.paid.get(id), passed=False)

    def _stamped(self, event: Event, beyond: Beyond) -> None:
        time = event.time if beyond.time is None else beyond.time
        if stamp := event.trailers.get(STAMP):
            self._stamps.add(stamp)
        for id, trade, trying in self._named(event):
            self._counts["stamps", trade] += 1
            self._ended(trying, time)
            if trade == CARD:
                self._cards.add(id)
            else:
                self._leads += [] if trying.first is None else [max(0, time - trying.first)]
                self._retries += trying.fails
                self._alone.append(not trying.fails and not trying.hands)
            self._items.pop(id, None)
            self._evidence(beyond.paid.get(id), passed=True)

    def _back(self, event: Event, _: Beyond) -> None:
        for id, trade, trying in self._named(event):
            if event.name == "killed":
                self._counts["broken_off", trade] += 1
            if event.name == "later":
                why = next((word for text, word in LIMITS.items() if event.text.startswith(text)), OTHER)
                self._counts["put_off", why] += 1
            if trying.began is not None:
                self._items[id] = trying._replace(began=None, waits=event.time)

    def _anew(self, event: Event, _: Beyond) -> None:
        self._counts["by_hand", event.name] += 1
        for id, _trade, trying in self._named(event):
            waits = None if event.name == "cancel" else event.time
            self._items[id] = Trying(began=trying.began, waits=waits, hands=True)

    def _block(self, event: Event, _: Beyond) -> None:
        for id, trade, trying in self._named(event):
            self._counts["blocked", trade] += 1
            self._items[id] = trying._replace(began=None, waits=None)

    # --- what came of an attempt

    def _ended(self, trying: Trying, time: int) -> None:
        if trying.began is not None:
            self._time(("tries",), histogram.TRY, max(0, time - trying.began))

    def _evidence(self, paid: Paid | None, *, passed: bool) -> None:
        if paid is None:
            self._counts["unread",] += 1
            return
        if paid.model or paid.tokens_in or paid.tokens_out:
            model = self._model(paid.model)
            self._counts["tokens", "in", model] += paid.tokens_in
            self._counts["tokens", "out", model] += paid.tokens_out
        for call in paid.seen:
            if call.took is None:
                continue
            model = self._model(call.model)
            self._time(("calls", call.kind, model), histogram.CALL, call.took)
            if not 200 <= call.status < 300:  # a redirect is a refusal too
                self._counts["errors", str(call.status) if 100 <= call.status < 600 else OTHER, model] += 1
        for fate, count in paid.tests.items():
            self._counts["tests", fate if fate in FATES else OTHER] += count
        if paid.judged:
            ran = sum(paid.tests.get(fate, 0) for fate in RAN)
            self._gate.append(GateRun(passed, ran, paid.tests.get("flaky", 0)))
            self._counts["verdicts", "pass" if passed else "fail"] += 1

    def _time(self, key: Key, bounds: tuple[float, ...], seconds: float) -> None:
        self._times[key] = (self._times.get(key) or histogram.empty(bounds)).plus(seconds)

    def _model(self, name: str) -> str:
        """As a label may have it."""
        name = one_line(name, MODEL_LENGTH)
        if name and name not in self._models:
            if len(self._models) >= MODELS:
                return OTHER
            self._models.append(name)
        return name
