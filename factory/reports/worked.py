"""The tickets that a day worked on, each with what became of it, from the day's events and the attempts' evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from factory.cards.card import is_card
from factory.git.repo import Repo
from factory.model import Event, Oid
from factory.reports.runs import RUN
from factory.reports.tried import Tried, tried

ENDS = ("stamped", "fail")  # what ends an attempt with evidence of it


class Worked(NamedTuple):
    """One ticket on one day."""

    ticket: str
    title: str
    run: str = ""  # that ended its last attempt
    stamp: Oid | None = None
    tries: int = 0  # attempts that ended on this day
    seconds: float = 0.0  # from its first start on this day to its last end
    usd: Decimal = Decimal(0)
    models: tuple[str, ...] = ()
    last: Tried | None = None  # None where a shallow clone lacks it


def worked(repo: Repo, events: Iterable[Event], titles: Mapping[str, str]) -> tuple[Worked, ...]:
    """In the order in which they ended last. Cards are counted elsewhere."""
    found: dict[str, Worked] = {}
    began: dict[str, int] = {}
    for event in events:
        if not event.ticket or is_card(event.ticket):
            continue
        if event.name == "start":
            began.setdefault(event.ticket, event.time)
        elif event.name in ENDS:
            before = found.pop(event.ticket, None) or Worked(event.ticket, titles.get(event.ticket, ""))
            found[event.ticket] = _after(before, event, tried(repo, event), began.get(event.ticket, event.time))
    return tuple(found.values())


def _after(before: Worked, event: Event, last: Tried | None, began: int) -> Worked:
    models = (*before.models, last.model) if last and last.model else before.models
    return before._replace(
        title=before.title or (last.title if last else ""),
        run=event.trailers.get(RUN, ""),
        stamp=event.trailers.get("Factory-Stamp") if event.name == "stamped" else None,
        tries=before.tries + 1,
        seconds=float(event.time - began),
        usd=before.usd + (last.usd if last else 0),
        models=tuple(dict.fromkeys(models)),
        last=last or before.last,
    )
