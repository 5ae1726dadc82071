"""An attempt as a trace, made from git after the fact: when it was planned, worked on, judged and stamped, and each
call to a model. The same ids and times whoever makes it, wherever, as often as it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from factory.cards.card import is_card
from factory.git import objects
from factory.git.repo import Repo
from factory.model import Event, Oid
from factory.money.wallet import CALL
from factory.records import papers, spans
from factory.records.papers import PLAN, RESULT
from factory.reports.trail import trail

Measure = Literal["measured", "booked", "derived"]
SECOND = 1.0  # git's times are whole seconds: what lies within one of them cannot be put in order
ENDS = ("stamped", "fail", "killed", "later", "wait")  # the events that end an attempt
STATUS = {"stamped": "OK", "fail": "ERROR"}  # all else is neither


Attributes = dict[str, str | int | float]


class TraceSpan(NamedTuple):
    """One step of an attempt. Times are seconds since the epoch; `time` says how they are known."""

    trace: str
    id: str
    parent: str  # empty: the attempt itself
    name: str
    start: float
    end: float
    time: Measure
    status: str  # OK, ERROR, or empty
    attributes: Attributes

    def as_json(self) -> dict[str, Any]:
        return self._asdict() | {"seconds": round(self.end - self.start, 3)}


class Attempted(NamedTuple):
    """One attempt in the ledger: its events, from its start to what ended it."""

    events: tuple[Event, ...]

    @property
    def last(self) -> Event:
        return self.events[-1]


def traces(repo: Repo, ticket: str | None, limit: int = 0) -> list[list[TraceSpan]]:
    """The attempts that have ended, newest first, a list of spans each; `limit` of them, 0 for all."""
    found = list[list[TraceSpan]]()
    for tried in reversed(list(attempts(reversed(trail(repo, ticket))))):
        if limit and len(found) >= limit:
            break
        if spans_of := _trace(repo, tried):
            found.append(spans_of)
    return found


def attempts(events: Iterable[Event]) -> Iterator[Attempted]:
    """What belongs together, in the order of the ends. `events` come oldest first; cards have no trace."""
    open_: dict[str, list[Event]] = {}
    for event in events:
        if not event.ticket or is_card(event.ticket):
            continue
        if event.name == "start":
            open_[event.ticket] = [event]
        elif event.ticket in open_:
            open_[event.ticket].append(event)
            if event.name in ENDS:
                yield Attempted(tuple(open_.pop(event.ticket)))


def _trace(repo: Repo, tried: Attempted) -> list[TraceSpan]:
    """None of an attempt whose commits are not in this clone, or that left none."""
    commits = _commits(repo, tried.last)
    if "plan" not in commits:
        return []
    plan = commits["plan"]
    trace, planned = spans.trace_id(plan), float(repo.store.commit(plan).time)
    evidence = commits.get("evidence")
    result = _read(repo, evidence, RESULT) if evidence else {}
    worked = planned + float(result.get("duration_seconds") or 0.0)
    over = float(repo.store.commit(commits["stamp"]).time if "stamp" in commits else tried.last.time)
    judged = float(repo.store.commit(evidence).time) if evidence else over
    made = _Made(trace, STATUS.get(tried.last.name, ""))
    own = {**_about(tried.last), **_of_plan(repo, plan), **_of_result(result)}
    found = [made.span(spans.ATTEMPT, "", (planned, max(over, worked, judged)), "booked", **own)]
    root = found[0].id
    found.append(made.span(spans.PLAN, root, (planned, planned), "booked"))
    measured: Measure = "measured" if result else "derived"
    found.append(made.span(spans.WORKER, root, (planned, worked if result else over), measured))
    if evidence:
        found.append(made.span(spans.GATE, root, (min(worked, judged), judged), "derived"))
    if "stamp" in commits:
        found.append(made.span(spans.STAMP, root, (judged, over), "booked", stamp=commits["stamp"]))
    return [*found, *_calls(made, tried.events, found)]


class _Made:
    """Makes the spans of one trace."""

    def __init__(self, trace: str, status: str) -> None:
        self.trace, self._status = trace, status

    def span(
        self, name: str, parent: str, times: tuple[float, float], time: Measure, **attributes: str | int | float
    ) -> TraceSpan:
        status = self._status if name in (spans.ATTEMPT, spans.GATE) else ""
        id, own = spans.span_id(self.trace, name), {f"factory.{key}": value for key, value in attributes.items()}
        return TraceSpan(self.trace, id, parent, name, times[0], max(times), time, status, own)


def _calls(made: _Made, events: Iterable[Event], steps: Iterable[TraceSpan]) -> Iterator[TraceSpan]:
    """Each paid call, from the money that was set aside for it to its bill: the worker's, and later the auditor's."""
    above = {step.name: step for step in steps}
    begun: dict[str, Event] = {}
    number = 0
    for event in events:
        call = event.trailers.get(CALL, "")
        if call and event.name == "reserve":
            begun[call] = event
        elif call and event.name == "settle" and (first := begun.pop(call, None)):
            number += 1
            late = first.time > above[spans.WORKER].end + SECOND and spans.GATE in above
            parent = above[spans.GATE if late else spans.WORKER].id
            times, usd = (float(first.time), float(event.time)), float(event.trailers.get("Factory-Cost-USD") or 0)
            one = made.span(spans.MODEL, parent, times, "booked", cost_usd=usd)
            yield one._replace(id=spans.span_id(made.trace, spans.MODEL, number))


def _commits(repo: Repo, last: Event) -> dict[str, Oid]:
    """The attempt's own commits by their step, from the one that what ended it keeps."""
    stamp = last.trailers.get("Factory-Stamp", "")
    found = {"stamp": stamp} if stamp and repo.store.get(stamp) else {}
    at = found.get("stamp") or last.oid
    parents = repo.store.commit(at).parents
    tip = parents[1] if len(parents) == 2 else ""
    for _ in range(3):
        if not tip or repo.store.get(tip) is None:
            break
        commit = repo.store.commit(tip)
        step = objects.trailers(commit.message).get("Factory-Event", "")
        if step not in ("evidence", "work", "plan"):
            break
        found[step] = tip
        tip = commit.parents[0] if commit.parents else ""
    return found


def _about(last: Event) -> Attributes:
    found = {name: last.trailers.get(f"Factory-{name.capitalize()}", "") for name in ("triage", "run")}
    told = {name: value for name, value in found.items() if value}
    return {"ticket": last.ticket, "attempt": last.attempt, "ended": last.name, **told}


def _of_plan(repo: Repo, plan: Oid) -> Attributes:
    return {"plan": plan, "worker": str(_read(repo, plan, PLAN).get("worker", ""))}


def _of_result(result: dict[str, Any]) -> Attributes:
    """What the worker said that it used: believed by nobody, and shown as such."""
    names = ("model_used", "calls", "tokens_in", "tokens_out", "cost_estimate_usd")
    return {f"said.{name}": result[name] for name in names if result.get(name)}


def _read(repo: Repo, commit: Oid, name: str) -> dict[str, Any]:
    return next(papers.read(repo.store, [("", commit)], [name])).told(name)
