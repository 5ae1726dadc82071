"""What was learnt from errors: a lesson for each fingerprint, in the ledger's tree. Pure.

A failure opens a lesson, or is counted on it; the stamp that comes after it is its fix. The next failure with the same
fingerprint is handed the lesson. A lesson whose advice did not help is demoted, and no longer handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from factory.model import Oid, Triage, Value
from factory.plain import many

KEPT = 8  # tickets and stamps that a lesson names


class Fix(Value):
    """What helped: the stamp that followed the failure."""

    stamp: Oid
    ticket: str
    summary: str = ""
    files: tuple[str, ...] = ()


class Lesson(Value):
    """One kind of failure."""

    fingerprint: str
    triage: Triage
    cause: str = Field("", description="what failed, in one line")
    note: str = Field("", description="what a person wrote: `factory kb edit`")
    fixes: tuple[Fix, ...] = ()
    tickets: tuple[str, ...] = ()
    seen: int = Field(0, description="how often")
    after_fix: int = Field(0, description="how often it came back after a fix was known")
    misled: int = Field(0, description="how often its advice was handed out and the same failure came again")
    first: float = 0.0
    last: float = Field(0.0, description="seconds since the epoch")

    @property
    def demoted(self) -> bool:
        """Its advice failed more often than it was followed by a stamp."""
        return self.misled > len(self.fixes)


def path(fingerprint: str) -> str:
    return f"knowledge/{fingerprint[:2]}/{fingerprint}.json"


def failed(lesson: Lesson, ticket: str, now: float, *, advised: bool) -> Lesson:
    """The lesson after one more failure. `advised`: this attempt had been handed the lesson."""
    return lesson.model_copy(
        update={
            "seen": lesson.seen + 1,
            "last": max(now, lesson.last),
            "tickets": _kept((*lesson.tickets, ticket)),
            "after_fix": lesson.after_fix + bool(lesson.fixes),
            "misled": lesson.misled + advised,
        }
    )


def fixed(lesson: Lesson, fix: Fix) -> Lesson:
    """The lesson after its ticket was stamped."""
    return lesson.model_copy(update={"fixes": (*(f for f in lesson.fixes if f.stamp != fix.stamp), fix)[-KEPT:]})


def advice(lesson: Lesson | None) -> tuple[str, ...]:
    """What the next attempt is told; nothing where nothing is known, or where the lesson misled."""
    if lesson is None or lesson.demoted or not (lesson.fixes or lesson.note):
        return ()
    lines = [f"this failure was seen {many(lesson.seen, 'time')} before"] + ([lesson.note] if lesson.note else [])
    for fix in lesson.fixes[-2:]:
        files = f", in {', '.join(fix.files[:5])}" if fix.files else ""
        lines.append(f"in {fix.ticket} it went away with stamp {fix.stamp[:12]}{files}: {fix.summary}")
    return tuple(lines)


def recurrence(lessons: Iterable[Lesson]) -> dict[str, float]:
    """KPI: failures a lesson before its first fix was known, and after it."""
    known = [lesson for lesson in lessons if lesson.fixes]
    if not known:
        return {"lessons": 0, "before": 0.0, "after": 0.0}
    before = sum(lesson.seen - lesson.after_fix for lesson in known) / len(known)
    return {"lessons": len(known), "before": before, "after": sum(c.after_fix for c in known) / len(known)}


def search(lessons: Sequence[Lesson], words: str) -> list[Lesson]:
    """Cards by words, best first: an index made from git for this one question, and thrown away."""
    import sqlite3

    wanted = " ".join(f'"{word}"' for word in words.replace('"', " ").split())
    if not wanted:
        return list(lessons)
    with sqlite3.connect(":memory:") as index:
        index.execute("create virtual table lesson using fts5(fingerprint, triage, cause, note, fixes, tickets)")
        index.executemany("insert into lesson values (?, ?, ?, ?, ?, ?)", map(_row, lessons))
        found = index.execute("select fingerprint from lesson where lesson match ? order by rank", (wanted,)).fetchall()
    index.close()
    by_name = {lesson.fingerprint: lesson for lesson in lessons}
    return [by_name[name] for (name,) in found]


def _row(lesson: Lesson) -> tuple[str, ...]:
    fixes = " ".join(f"{fix.summary} {' '.join(fix.files)}" for fix in lesson.fixes)
    return lesson.fingerprint, lesson.triage.value, lesson.cause, lesson.note, fixes, " ".join(lesson.tickets)


def _kept(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[-KEPT:]
