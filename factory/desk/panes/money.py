"""What the day costs, and what the models did for it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from factory.desk.kpi import percentile
from factory.desk.panes.chronicle import HOURS
from factory.desk.panes.ribbon import today
from factory.desk.panes.watch import Sighting
from factory.money.spend import DayCaps, measures
from factory.records.papers import Paid

MOST = 12  # rows


class Bar(NamedTuple):
    """An amount, and its share of the largest one beside it, in whole percent."""

    name: str
    amount: float
    share: int


class Cap(NamedTuple):
    """One of the day's caps: what is settled, and what is set aside for calls that have not ended."""

    name: str
    settled: float
    reserved: float
    most: float

    @property
    def share(self) -> int:
        """What counts against it, in whole percent."""
        return min(100, round(100 * (self.settled + self.reserved) / self.most)) if self.most else 0


class MoneyPane(NamedTuple):
    """The day's money, in dollars."""

    caps: tuple[Cap, ...]
    hours: tuple[Bar, ...]
    models: tuple[Bar, ...]
    items: tuple[Bar, ...]  # the dearest first


def money_pane(look: Sighting) -> MoneyPane:
    """By hour, by model, by ticket: what was settled today."""
    book, caps = look.seen.budget, DayCaps.model_validate(look.settings.budget)
    models: dict[str, float] = defaultdict(float)
    for took in _today(look):
        models[took.by] += took.usd
    return MoneyPane(
        caps=tuple(
            Cap(name, float(getattr(book.settled, name)), float(getattr(look.seen.reserved, name)), float(most))
            for name, _, most in measures(book.used, caps)
        ),
        hours=bars((f"{hour:02}", float(look.today.hours[hour])) for hour in range(HOURS)),
        models=_dearest(models.items()),
        items=_dearest((name, float(usd)) for name, usd in look.today.items.items()),
    )


def _dearest(found: Iterable[tuple[str, float]]) -> tuple[Bar, ...]:
    return bars(sorted((one for one in found if one[1]), key=lambda one: -one[1])[:MOST])


def bars(found: Iterable[tuple[str, float]]) -> tuple[Bar, ...]:
    """Amounts beside each other."""
    all_ = list(found)
    most = max((amount for _, amount in all_), default=0.0)
    return tuple(Bar(name, amount, round(100 * amount / most) if most else 0) for name, amount in all_)


def _today(look: Sighting) -> list[Paid]:
    return [took for end in today(look) if (took := look.paid.get(end.event.oid))]


class ModelRow(NamedTuple):
    """One model. Seconds of a request, as the controller saw them pass; None where it saw none."""

    name: str
    attempts: int
    calls: int
    p50: float | None
    p90: float | None
    p99: float | None
    tokens_in: int
    tokens_out: int
    largest: int  # tokens that one request took in: how full its context was
    errors: int  # requests that were refused or failed
    retries: int  # attempts after an item's first
    attempt_p50: float | None  # seconds of a whole attempt
    usd: float


class ModelsPane(NamedTuple):
    """What the models did, in the newest attempts."""

    attempts: int
    rows: tuple[ModelRow, ...]


def models_pane(look: Sighting) -> ModelsPane:
    """Model by model; a worker without one stands under its own name."""
    found: dict[str, list[Paid]] = defaultdict(list)
    for took in look.paid.values():
        found[took.by].append(took)
    rows = sorted((_model(name, some) for name, some in found.items()), key=lambda row: -row.attempts)
    return ModelsPane(len(look.paid), tuple(rows[:MOST]))


def _model(name: str, some: list[Paid]) -> ModelRow:
    seen = [call for took in some for call in took.seen]
    seconds = [call.seconds for call in seen if call.seconds and not call.failed]
    return ModelRow(
        name=name,
        attempts=len(some),
        calls=sum(took.calls or len(took.seen) for took in some),
        p50=percentile(seconds, 50),
        p90=percentile(seconds, 90),
        p99=percentile(seconds, 99),
        tokens_in=sum(took.tokens_in for took in some),
        tokens_out=sum(took.tokens_out for took in some),
        largest=max((call.tokens_in for call in seen), default=0),
        errors=sum(call.failed for call in seen),
        retries=sum(took.attempt > 1 for took in some),
        attempt_p50=percentile([took.seconds for took in some if took.seconds], 50),
        usd=sum(took.usd for took in some),
    )
