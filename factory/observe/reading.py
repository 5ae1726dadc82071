"""The numbers of one repository, read from git: what is new since the last look, and what main says beyond the ledger.

Between a stamp and its event a run may be killed. Main alone knows of such a stamp until the next run writes the event;
it is counted for this look, and not kept: the event that comes later takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from factory.cards.places import BACKLOG
from factory.git import history
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Event, Oid
from factory.observe import beyond
from factory.observe.measured import Measured
from factory.observe.released import Released, released
from factory.records.papers import STAMP
from factory.records.view import factory_file
from factory.records.yard import CARDS, Yard
from factory.reports.trail import between


class Numbers(NamedTuple):
    """What was counted up to one event, and what stands beside it. Keep it, and hand it to the next look."""

    kept: Measured = Measured()  # up to the ledger's last event
    shown: Measured = Measured()  # with the stamps that main alone knows of
    released: Released = Released()


class Yesterday(NamedTuple):
    """What a look back begins from: the numbers as they were so long ago that no span reaches behind them."""

    measured: Measured = Measured()
    released: Released = Released()


class Looked(NamedTuple):
    """`before`: the numbers as they were so many seconds ago. `yesterday`: to be handed to the next look."""

    numbers: Numbers
    before: dict[int, Measured]
    yesterday: Yesterday


def look(repo: Repo, ledger: Ledger, main: Oid, known: Numbers) -> Numbers:
    """The numbers at one commit of main and one event of the ledger; only what is new since `known` is read."""
    kept, tip = known.kept, ledger.tip
    if not _on_line(repo, tip, kept.ledger):
        kept = Measured()  # the ledger was rewritten
    if kept.ledger != tip:
        events = between(repo, tip, kept.ledger)
        kept = kept.then(events, beyond.read(repo.store, events))
    ahead = list(told_by_main(repo, ledger, main, kept.stamps))
    shown = kept.then(ahead, beyond.read(repo.store, ahead), booked=False) if ahead else kept
    return Numbers(kept, shown, released(repo, main, known.released))


def look_back(repo: Repo, ledger: Ledger, main: Oid, now: float, spans: Iterable[int], yesterday: Yesterday) -> Looked:
    """The numbers now, and as they were these seconds ago; only what is new since `yesterday` is read."""
    kept, spans = yesterday.measured, sorted(spans, reverse=True)
    if kept.last > now - spans[0] or not _on_line(repo, ledger.tip, kept.ledger):
        kept = Measured()  # the clock was set back, or the ledger was rewritten
    events = between(repo, ledger.tip, kept.ledger)
    said = beyond.read(repo.store, events)
    ahead = list(told_by_main(repo, ledger, main, kept.stamps | _stamps(events)))
    more, at, before, first = beyond.read(repo.store, ahead), 0, dict[int, Measured](), kept
    for span in spans:
        until = _first_after(events, now - span, at)
        kept, at = kept.then(events[at:until], said), until
        first = kept if span == spans[0] else first
        before[span] = kept.then([event for event in ahead if event.time <= now - span], more, booked=False)
    kept, since = kept.then(events[at:], said), released(repo, main, yesterday.released)
    return Looked(Numbers(kept, kept.then(ahead, more, booked=False), since), before, Yesterday(first, since))


def _on_line(repo: Repo, tip: Oid | None, since: Oid | None) -> bool:
    return since is None or (tip is not None and history.on_line(repo, tip, since))


def _first_after(events: Sequence[Event], time: float, at: int) -> int:
    """Where the first event stands that is later; clocks go back, and the ledger's order is what counts."""
    return next((n for n in range(at, len(events)) if events[n].time > time), len(events))


def _stamps(events: Iterable[Event]) -> frozenset[Oid]:
    return frozenset(filter(None, (event.trailers.get(STAMP) for event in events)))


def told_by_main(repo: Repo, ledger: Ledger, main: Oid, known: frozenset[Oid]) -> Iterator[Event]:
    """As events the stamps on main, oldest first, that the ledger has no event of, and what was taken back since."""
    folded = factory_file(ledger).main
    rewritten = folded is not None and not history.on_line(repo, main, folded)
    for word in history.words(repo, main, None if rewritten else folded):
        if word.stamp and word.oid not in known:
            yield _event(word.oid, word.stamp.time, word.ticket)
        elif not word.stamp and not rewritten:
            yield Event(name="rewind", ticket=word.ticket, oid=word.oid, time=repo.store.commit(word.oid).time)
    if repo.store.entry(main, BACKLOG) is not None:
        for cards in Yard(repo, ledger, main).words:
            if cards.oid not in known:
                time = repo.store.commit(cards.oid).time
                yield _event(cards.oid, time, "", {CARDS: " ".join(cards.cards)})


def _event(stamp: Oid, time: int, ticket: str, more: Mapping[str, str] = {}) -> Event:
    return Event(name="stamped", ticket=ticket, oid=stamp, time=time, trailers={STAMP: stamp, **more})
