"""What was learnt from errors: a card for each fingerprint, in the ledger's tree. Pure.

A failure opens a card, or is counted on it; the stamp that comes after it is its fix. The next failure with the same
fingerprint is handed the card. A card whose advice did not help is demoted, and no longer handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from factory.model import Oid, Triage, Value
from factory.plain import many

KEPT = 8  # tickets and stamps that a card names


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


def failed(
    card: Lesson | None, fingerprint: str, triage: Triage, cause: str, ticket: str, now: float, *, advised: bool
) -> Lesson:
    """The card after one more failure. `advised`: this attempt had been handed the card."""
    card = card or Lesson(fingerprint=fingerprint, triage=triage, cause=cause, first=now)
    return card.model_copy(
        update={
            "seen": card.seen + 1,
            "last": max(now, card.last),
            "tickets": _kept((*card.tickets, ticket)),
            "after_fix": card.after_fix + bool(card.fixes),
            "misled": card.misled + advised,
        }
    )


def fixed(card: Lesson, fix: Fix) -> Lesson:
    """The card after its ticket was stamped."""
    return card.model_copy(update={"fixes": (*(f for f in card.fixes if f.stamp != fix.stamp), fix)[-KEPT:]})


def advice(card: Lesson | None) -> tuple[str, ...]:
    """What the next attempt is told; nothing where nothing is known, or where the card misled."""
    if card is None or card.demoted or not (card.fixes or card.note):
        return ()
    lines = [f"this failure was seen {many(card.seen, 'time')} before"] + ([card.note] if card.note else [])
    for fix in card.fixes[-2:]:
        files = f", in {', '.join(fix.files[:5])}" if fix.files else ""
        lines.append(f"in {fix.ticket} it went away with stamp {fix.stamp[:12]}{files}: {fix.summary}")
    return tuple(lines)


def recurrence(cards: Iterable[Lesson]) -> dict[str, float]:
    """KPI: failures a card before its first fix was known, and after it."""
    known = [card for card in cards if card.fixes]
    if not known:
        return {"cards": 0, "before": 0.0, "after": 0.0}
    before = sum(card.seen - card.after_fix for card in known) / len(known)
    return {"cards": len(known), "before": before, "after": sum(c.after_fix for c in known) / len(known)}


def search(cards: Sequence[Lesson], words: str) -> list[Lesson]:
    """Cards by words, best first: an index made from git for this one question, and thrown away."""
    import sqlite3

    wanted = " ".join(f'"{word}"' for word in words.replace('"', " ").split())
    if not wanted:
        return list(cards)
    with sqlite3.connect(":memory:") as index:
        index.execute("create virtual table card using fts5(fingerprint, triage, cause, note, fixes, tickets)")
        index.executemany("insert into card values (?, ?, ?, ?, ?, ?)", map(_row, cards))
        found = index.execute("select fingerprint from card where card match ? order by rank", (wanted,)).fetchall()
    index.close()
    by_name = {card.fingerprint: card for card in cards}
    return [by_name[name] for (name,) in found]


def _row(card: Lesson) -> tuple[str, ...]:
    fixes = " ".join(f"{fix.summary} {' '.join(fix.files)}" for fix in card.fixes)
    return card.fingerprint, card.triage.value, card.cause, card.note, fixes, " ".join(card.tickets)


def _kept(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[-KEPT:]
