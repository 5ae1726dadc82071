"""The numbers of a repository as Prometheus reads them, and which of the alerts fire."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from factory import files
from factory.desk.kpi import stale
from factory.desk.snapshot import Snapshot, read
from factory.desk.status import commits
from factory.errors import Mistake
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.line.knowledge import Lesson
from factory.model import State
from factory.money.budget import Book
from factory.money.spend import DayCaps, Spend
from factory.observe.alerts import ALERTS, WINDOWS, Fired, judge
from factory.observe.condition import Readings
from factory.observe.exposition import text
from factory.observe.moment import Moment, learned
from factory.observe.noise import changes_of_people, noise
from factory.observe.prometheus_rules import alerts_yml
from factory.observe.reading import Numbers, Yesterday, look, look_back
from factory.observe.values import counted, samples, values
from factory.records.view import settings_at
from factory.reports import stops
from factory.ssot.read_settings import read_settings

NOTHING, ANEW = Numbers(), Yesterday()


class MetricsPage(NamedTuple):
    """What Prometheus reads, and the numbers to begin from at the next look."""

    text: str
    numbers: Numbers


def page(path: Path, now: float, known: Numbers = NOTHING) -> MetricsPage:
    """All metrics, read now. Whoever asks again hands in the `numbers` of the last page: only what is new is read then,
    and the page is the same with them and without. `now` is in seconds since the epoch."""
    with Repo(path) as repo:
        seen = read(repo, now, "open")
        ledger = Ledger(repo, lambda: now).at(seen.ledger)
        numbers = look(repo, ledger, seen.main, known)
        told = values(numbers.shown, _moment(repo, ledger, seen, numbers))
        return MetricsPage(text(told, name_of(repo)), numbers)


class AlertsSeen(NamedTuple):
    """The alerts that fire, the commits that say so, and what the next look begins from."""

    fired: list[Fired]
    read_at: str
    yesterday: Yesterday


def judged(path: Path, now: float, yesterday: Yesterday = ANEW) -> AlertsSeen:
    """Every alert, judged on the numbers of now and on how they rose until now. Whoever asks again hands in `yesterday`
    of the last time: only the last day's events are read then."""
    with Repo(path) as repo:
        seen = read(repo, now, "open")
        ledger = Ledger(repo, lambda: now).at(seen.ledger)
        looked = look_back(repo, ledger, seen.main, now, WINDOWS, yesterday)
        told = values(looked.numbers.shown, _moment(repo, ledger, seen, looked.numbers))
        before = {span: tuple(samples(counted(then))) for span, then in looked.before.items()}
        return AlertsSeen(judge(Readings(now, tuple(samples(told)), before)), commits(seen), looked.yesterday)


def name_of(repo: Repo) -> str:
    """The name of the folder that the repository is, whichever of its work trees asks."""
    at = repo.common_dir.resolve()
    return at.parent.name if at.name == ".git" else at.name.removesuffix(".git")


def _moment(repo: Repo, ledger: Ledger, seen: Snapshot, numbers: Numbers) -> Moment:
    books = ledger.read_all("budget", Book.model_validate).values()
    told = numbers.shown.told
    settings = settings_at(repo, seen.main) or read_settings(None)
    return Moment(
        at=seen.at,
        state=seen.state,
        killed=seen.why == stops.KILLED,
        items={(trade, state): count for trade, counts in seen.counts.items() for state, count in counts.items()},
        running=len(seen.running),
        stale=stale(seen.running, seen.at),
        oldest=min(_waits(seen, numbers), default=None),
        spent=seen.budget.settled,
        reserved=seen.reserved,
        ever=sum((book.settled for book in books), Spend()),
        caps=DayCaps.model_validate(settings.budget),
        learned=learned(ledger.read_all("knowledge", Lesson.model_validate).values(), seen.at),
        red=len(seen.red),
        known=not seen.not_known,
        noise=noise(told, changes_of_people(repo, seen.main, told), seen.at),
    )


def _waits(seen: Snapshot, numbers: Numbers) -> Iterable[float]:
    """Since when each waiting ticket waits, in seconds since the epoch."""
    for item in seen.of("ticket"):
        if item.state is State.PENDING:
            back = numbers.shown.items.get(item.id)
            found = [numbers.released.since.get(item.id), back.waits if back else None]
            yield from [max(known)] if (known := [time for time in found if time is not None]) else []


def write(at: Path, page: MetricsPage) -> None:
    """The page as a file, for the node exporter's text file collector: whole, or not. Mistake without a folder."""
    if not at.parent.is_dir():
        raise Mistake("there is no such folder", path=str(at.parent), remedy="make it, or name another file")
    files.put(at, page.text.encode())


def rules() -> str:
    """The alerts as a file of rules for Prometheus."""
    return alerts_yml().rstrip("\n")


def as_json(found: AlertsSeen) -> dict[str, Any]:
    """For a program: what fires, with its number and its runbook, and what does not."""
    fires = {one.rule.name for one in found.fired}
    return {
        "firing": [
            {
                "name": one.rule.name,
                "priority": one.rule.priority,
                "value": one.value,
                "summary": one.rule.english,
                "summary_ko": one.rule.korean,
                "runbook": f"factory help {one.rule.runbook}",
            }
            for one in found.fired
        ],
        "quiet": [rule.name for rule in ALERTS if rule.name not in fires],
        "read_at": found.read_at,
    }


def as_text(found: AlertsSeen) -> str:
    """For a person: what fires, the pages first, each with what it means and the page that says what to do."""
    order = sorted(found.fired, key=lambda one: one.rule.priority)
    lines = [
        f"{one.rule.priority:<6} {one.rule.name}: {one.rule.english} ({one.value:g})\n"
        f"       {one.rule.korean}\n       `factory help {one.rule.runbook}` says what to do"
        for one in order
    ]
    return "\n".join([*(lines or ["no alert fires"]), f"read at {found.read_at}"])
