"""Events as a test writes them, and numbers as a test looks them up."""

from __future__ import annotations

from collections.abc import Iterable

from factory.line.knowledge import Lesson
from factory.model import Event, State
from factory.money.spend import DayCaps, Spend
from factory.observe.exposition import text
from factory.observe.measured import Measured
from factory.observe.moment import Moment, learned
from factory.observe.values import Values, samples, values

NOTHING = Measured()
NOW = 1_790_000_000.0
HOUR, DAY = 3600, 86400
CAPS = DayCaps(daily_calls=100, daily_tokens_in=1000, daily_tokens_out=1000, daily_usd=10, cycle_usd=1)  # type: ignore[arg-type]


def event(words: str, text: str = "", **trailers: str) -> Event:
    """`fail D-1 @60` with `Triage="TEST"`: an event, its ticket (`-`: none), its second."""
    name, ticket, at = words.split()
    named = {f"Factory-{key.replace('_', '-')}": value for key, value in trailers.items()}
    ticket = "" if ticket == "-" else ticket
    return Event(
        name=name, ticket=ticket, time=int(at[1:]), text=text, trailers=named, oid=f"{hash((words, text)):040x}"
    )


def story(*told: str | Event) -> list[Event]:
    return [one if isinstance(one, Event) else event(one) for one in told]


def moment(**more: object) -> Moment:
    """A factory at rest in which nothing is wrong."""
    calm = Moment(
        at=NOW,
        state="READY",
        killed=False,
        items={("ticket", State.DONE): 1},
        running=0,
        stale=0,
        oldest=None,
        spent=Spend(),
        reserved=Spend(),
        ever=Spend(),
        caps=CAPS,
        learned=learned(list[Lesson](), NOW),
        red=0,
        known=True,
    )
    return calm._replace(**more)  # type: ignore[arg-type]


def told(found: Measured = NOTHING, **more: object) -> Values:
    return values(found, moment(**more))


def page(found: Measured = NOTHING, repository: str = "shop", **more: object) -> str:
    return text(told(found, **more), repository)


def number(found: Values, name: str, **labels: str) -> float:
    """The sum of the samples of that name that have these labels."""
    wanted = set(labels.items())
    seen = [one.value for one in samples(found) if one.name == name and wanted <= set(one.labels)]
    assert seen, (name, labels)
    return sum(seen)


def has(found: Values, name: str) -> bool:
    return any(one.name == name for one in samples(found))


def folded(told: Iterable[Event]) -> Measured:
    return Measured().then(told)
