"""A card as an attempt's plan, and which paths it may touch. Pure."""

from __future__ import annotations

import hashlib
import re

from factory.cards.backlog import read_backlog, write_backlog
from factory.cards.card import CostHint, Prio, WorkItem
from factory.kinds import BUILT_IN
from factory.model import Oid, Plan, Previous, Priority, Risk, Scope
from factory.records.plans import protected
from factory.ssot.settings import Settings

CHANGES = ("STRIKE", "PATCH")  # types whose cards change files of the repository besides writing their output
RISKS = {CostHint.LOW: Risk.LOW, CostHint.MID: Risk.MED, CostHint.HIGH: Risk.HIGH}
PRIORITIES = dict(zip(Prio, Priority, strict=True))


def may_touch(card: WorkItem, path: str) -> bool:
    """A card writes its output; a STRIKE or PATCH of the repository also its files, a PATCH without any all files."""
    if path == card.output:
        return True
    if card.type not in CHANGES or card.input.root:
        return False
    return path in card.input.paths or (card.type == "PATCH" and not card.input.paths)


def plan_of(card: WorkItem, settings: Settings, *, attempt: int, base: Oid, previous: Previous | None = None) -> Plan:
    """What a worker is told. `description` is the card, one line of JSON; its risk is its cost hint."""
    line = write_backlog([card]).decode().rstrip("\n")
    worker = card.input.worker or BUILT_IN
    key = hashlib.sha256("\0".join((base, card.id, str(attempt), worker, line)).encode()).hexdigest()
    return Plan(
        ticket_id=card.id,
        attempt=attempt,
        ac_ids=(),
        title=f"{card.type} of {card.input.size} inputs to {card.output}",
        description=line,
        criteria=(),
        scope=Scope(modify=scope_of(card), forbidden=protected(settings)),
        done_criteria=f"{card.output} is written, and is what `accept` in the card asks for. Nothing else has changed.",
        risk=RISKS[card.cost_hint],
        priority=PRIORITIES[card.prio],
        base=base,
        timeout_minutes=card.failfast.minutes or settings.caps.worker_minutes,
        budget_usd=settings.budget.cycle_usd if card.input.worker else 0.0,
        model_budget=_model(card, settings),
        worker=worker,
        idempotency_key=key,
        previous=previous,
    )


def _model(card: WorkItem, settings: Settings) -> str:
    """The model that the settings have for such a risk, where the risk would choose the card's worker; else its own."""
    worker, risk = card.input.worker, settings.risk.of(RISKS[card.cost_hint])
    chosen = risk.model if worker == (risk.worker or settings.factory.worker) else ""
    return chosen or (settings.workers[worker].model if worker in settings.workers else "")


def card_of(plan: Plan) -> WorkItem:
    """The card that a plan was made from. Mistake where it holds none."""
    return read_backlog(plan.description.encode("utf-8", "surrogateescape") + b"\n", plan.ticket_id)[0]


def scope_of(card: WorkItem) -> tuple[str, ...]:
    """The same as `may_touch` as globs; none: everything that is not protected."""
    if card.type not in CHANGES or card.input.root:
        return (_literal(card.output),)
    if card.type == "PATCH" and not card.input.paths:
        return ()
    return tuple(_literal(path) for path in (card.output, *card.input.paths))


def _literal(path: str) -> str:
    return re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", path)
