"""The knowledge base beside the events: a failure opens or counts a card, a stamp is its fix."""

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


def read_card(ledger: Ledger, fingerprint: str) -> Lesson | None:
    kept = ledger.read(knowledge.path(fingerprint)) if fingerprint else None
    return Lesson.model_validate(kept) if kept else None


def cards(ledger: Ledger) -> list[Lesson]:
    """Every card, the most seen first."""
    found = ledger.read_all("knowledge", Lesson.model_validate).values()
    return sorted(found, key=lambda card: (-card.seen, card.fingerprint))


def read_cards(path: Path) -> list[Lesson]:
    """The cards of the repository at a path. Writes nothing."""
    with Repo(path) as repo:
        return cards(Ledger(repo, time.time))


def one_card(found: list[Lesson], beginning: str) -> Lesson:
    """The card whose fingerprint begins so. Mistake where there is none, or more than one."""
    fits = [card for card in found if card.fingerprint.startswith(beginning)]
    if len(fits) != 1:
        what = "no card begins" if not fits else f"more than one card ({len(fits)}) begins"
        raise Mistake(f"{what} with {beginning!r}", remedy="`factory kb list` shows the fingerprints")
    return fits[0]


def write_note(house: House, beginning: str, note: str) -> str:
    """Write a person's note on a card, as an event."""
    card = one_card(cards(house.ledger), beginning).model_copy(update={"note": note.strip()})
    event = Event(name="note", text=f"{card.fingerprint}: {note}")
    house.ledger.append(event, {knowledge.path(card.fingerprint): card.model_dump(mode="json")})
    return as_line(card)


def as_line(card: Lesson) -> str:
    helped = f"fixed by {card.fixes[-1].ticket} {card.fixes[-1].stamp[:12]}" if card.fixes else "no fix known"
    state = "demoted" if card.demoted else helped
    return f"{card.fingerprint}  {card.triage.value:<11} seen {card.seen:>3}  {state:<32}  {card.cause[:80]}"


def from_failure(ledger: Ledger, plan: Plan, verdict: Verdict, cause: str, now: float) -> Learnt:
    """The card of this failure, counted, and its advice for the next attempt."""
    if not (fingerprint := verdict.fingerprint):
        return Learnt({}, ())
    before = plan.previous
    advised = before is not None and before.fingerprint == fingerprint and bool(before.advice)
    known, triage = read_card(ledger, fingerprint), verdict.triage or Triage.TEST
    card = knowledge.failed(known, fingerprint, triage, cause, plan.ticket_id, now, advised=advised)
    advice = () if known is None else knowledge.advice(card)
    return Learnt({knowledge.path(fingerprint): card.model_dump(mode="json")}, advice)


def from_stamp(ledger: Ledger, done: Done, stamp: Oid) -> dict[str, Any]:
    """What helped against the failure before it."""
    before = done.plan.previous
    card = read_card(ledger, before.fingerprint) if before else None
    if card is None:
        return {}
    files = tuple(sorted(done.change.files))
    fix = Fix(stamp=stamp, ticket=done.item.id, summary=done.work.report.summary[:200], files=files[:20])
    return {knowledge.path(card.fingerprint): knowledge.fixed(card, fix).model_dump(mode="json")}
