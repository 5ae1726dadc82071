"""What an attempt took as given, held against main: its row, its criteria, its scope, and the gate's definition.

The controller asks before it gates, because main may have moved since the plan; `verify` asks again of every stamp.
"""

from __future__ import annotations

from collections.abc import Iterator

from factory.git.repo import Repo
from factory.model import Conclusion, Oid, Plan, Result, Terms, Ticket, TicketStatus, TierResults
from factory.records.state import criteria_of
from factory.records.view import CRITERIA, ROADMAP, SETTINGS, settings_at
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings


def settings_of(repo: Repo, main: Oid) -> Settings:
    """The settings that main had at a commit. Mistake where they are wrong."""
    return settings_at(repo, main) or read_settings(None)


def ticket_at(repo: Repo, main: Oid, ticket: str) -> Ticket | None:
    """The ticket as main's roadmap had it at a commit. Mistake where the table is wrong."""
    rows = read_roadmap(repo.store.file(repo.store.tree_of(main), ROADMAP) or b"")
    return next((t for t in rows if t.id == ticket), None)


def terms_at(repo: Repo, main: Oid, ticket: str) -> Terms:
    found = ticket_at(repo, main, ticket)
    return found.terms if found else Terms()


def hidden_at(repo: Repo, main: Oid) -> tuple[str, ...]:
    """What every ticket of main hides: no worker sees what another one's proof stands on."""
    rows = read_roadmap(repo.store.file(repo.store.tree_of(main), ROADMAP) or b"")
    return tuple(dict.fromkeys(glob for ticket in rows for glob in ticket.terms.hidden))


def stale(repo: Repo, main: Oid, plan: Plan) -> Iterator[str]:
    """Where main does not say (any more) what the plan says: the file, and what differs there."""
    row = ticket_at(repo, main, plan.ticket_id)
    if row is None or row.status is not TicketStatus.IN_PROGRESS:
        yield f"{ROADMAP} ({plan.ticket_id} is {row.status.value if row else 'not there'}, not IN_PROGRESS)"
    elif (row.terms.modify, row.terms.readonly) != (plan.scope.modify, plan.scope.readonly):
        yield f"{ROADMAP} (the scope of {plan.ticket_id} is another)"
    ledger = read_ledger(repo.store.file(repo.store.tree_of(main), CRITERIA) or b"")
    wanted = {c.id: c.check for c in criteria_of(plan.ticket_id, ledger)}
    planned = {c.id: c.check for c in plan.criteria}
    if differ := sorted(id for id in {*wanted, *planned} if wanted.get(id) != planned.get(id)):
        yield f"{CRITERIA} ({', '.join(differ)}: the plan has another check, or no such open criterion)"
    if missing := [p for p in settings_of(repo, main).protected.paths if p not in plan.scope.forbidden]:
        yield f"{SETTINGS} ({', '.join(missing)}: protected there, and not in the plan)"


def reworded(repo: Repo, main: Oid, plan: Plan) -> list[str]:
    """What a plan says otherwise than main's tables: title, risk, priority, texts. Mistake where a table is wrong."""
    row = ticket_at(repo, main, plan.ticket_id)
    if row is None:
        return ["the ticket"]
    ledger = read_ledger(repo.store.file(repo.store.tree_of(main), CRITERIA) or b"")
    texts = {c.id: c.text for c in ledger}
    same = {name: getattr(row, name) == getattr(plan, name) for name in ("title", "risk", "priority")}
    wrong = [c.id for c in plan.criteria if texts.get(c.id) != c.text]
    return [*(name for name, is_same in same.items() if not is_same), *wrong]


def untried(repo: Repo, main: Oid, result: Result) -> list[str]:
    """The tiers that main's settings fill and that the result does not say PASS of."""
    gate, said = settings_of(repo, main).gate, result.gate_results
    return [
        tier for tier in TierResults.model_fields if getattr(gate, tier) and getattr(said, tier) is not Conclusion.PASS
    ]
