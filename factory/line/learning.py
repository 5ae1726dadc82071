"""The knowledge base beside the events: a failure opens or counts a lesson, a stamp is its fix."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from factory.errors import Mistake
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.line import knowledge
from factory.line.house import House
from factory.line.item import Done
from factory.line.knowledge import Fix, Lesson
from factory.model import Event, Oid, Plan, Triage, Verdict


class Learnt(NamedTuple):
    """What goes into the ledger's tree, and what the next attempt is told."""

    changes: dict[str, Any]
    advice: tuple[str, ...]


def read_lesson(ledger: Ledger, fingerprint: str) -> Lesson | None:
    kept = ledger.read(knowledge.path(fingerprint)) if fingerprint else None
    return Lesson.model_validate(kept) if kept else None


def lessons(ledger: Ledger) -> list[Lesson]:
    """Every lesson, the most seen first."""
    found = ledger.read_all("knowledge", Lesson.model_validate).values()
    return sorted(found, key=lambda lesson: (-lesson.seen, lesson.fingerprint))


def read_lessons(path: Path) -> list[Lesson]:
    """The lessons of the repository at a path. Writes nothing."""
    with Repo(path) as repo:
        return lessons(Ledger(repo, time.time))


def one_lesson(found: list[Lesson], beginning: str) -> Lesson:
    """The lesson whose fingerprint begins so. Mistake where there is none, or more than one."""
    fits = [lesson for lesson in found if lesson.fingerprint.startswith(beginning)]
    if len(fits) != 1:
        what = "no lesson begins" if not fits else f"more than one lesson ({len(fits)}) begins"
        raise Mistake(f"{what} with {beginning!r}", remedy="`factory kb list` shows the fingerprints")
    return fits[0]


def write_note(house: House, beginning: str, note: str) -> str:
    """Write a person's note on a lesson, as an event."""
    lesson = one_lesson(lessons(house.ledger), beginning).model_copy(update={"note": note.strip()})
    event = Event(name="note", text=f"{lesson.fingerprint}: {note}")
    house.ledger.append(event, {knowledge.path(lesson.fingerprint): lesson.model_dump(mode="json")})
    return as_line(lesson)


def as_line(lesson: Lesson) -> str:
    helped = f"fixed by {lesson.fixes[-1].ticket} {lesson.fixes[-1].stamp[:12]}" if lesson.fixes else "no fix known"
    state = "demoted" if lesson.demoted else helped
    return f"{lesson.fingerprint}  {lesson.triage.value:<11} seen {lesson.seen:>3}  {state:<32}  {lesson.cause[:80]}"


def from_failure(ledger: Ledger, plan: Plan, verdict: Verdict, cause: str, now: float) -> Learnt:
    """The lesson of this failure, counted, and its advice for the next attempt."""
    if not (fingerprint := verdict.fingerprint):
        return Learnt({}, ())
    before = plan.previous
    advised = before is not None and before.fingerprint == fingerprint and bool(before.advice)
    known, triage = read_lesson(ledger, fingerprint), verdict.triage or Triage.TEST
    first = Lesson(fingerprint=fingerprint, triage=triage, cause=cause, first=now)
    lesson = knowledge.failed(known or first, plan.ticket_id, now, advised=advised)
    advice = () if known is None else knowledge.advice(lesson)
    return Learnt({knowledge.path(fingerprint): lesson.model_dump(mode="json")}, advice)


def from_stamp(ledger: Ledger, done: Done, stamp: Oid) -> dict[str, Any]:
    """What helped against the failure before it."""
    before = done.plan.previous
    lesson = read_lesson(ledger, before.fingerprint) if before else None
    if lesson is None:
        return {}
    files = tuple(sorted(done.change.files))
    fix = Fix(stamp=stamp, ticket=done.item.id, summary=done.work.report.summary[:200], files=files[:20])
    return {knowledge.path(lesson.fingerprint): knowledge.fixed(lesson, fix).model_dump(mode="json")}
