"""What an attempt took as given, held against main: its row, its criteria, its scope, and the gate's definition.

The controller asks before it gates, because main may have moved since the plan; `verify` asks again of every stamp.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from factory.git.repo import Repo
from factory.model import Conclusion, Criterion, Oid, Plan, Result, Terms, Ticket, TicketStatus, TierResults
from factory.records.plans import protected
from factory.records.state import criteria_of
from factory.records.view import CRITERIA, ROADMAP, SETTINGS, settings_at
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings


class Premises:
    """Everything that main says at one commit, each document read once, when it is asked for. Mistake where the one
    that is asked for is wrong."""

    def __init__(self, repo: Repo, main: Oid) -> None:
        self._repo, self._main = repo, main

    @cached_property
    def settings(self) -> Settings:
        return settings_at(self._repo, self._main) or read_settings(None)

    @cached_property
    def tickets(self) -> tuple[Ticket, ...]:
        return read_roadmap(self._file(ROADMAP))

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        return read_ledger(self._file(CRITERIA))

    def _file(self, path: str) -> bytes:
        store = self._repo.store
        return store.file(store.tree_of(self._main), path) or b""

    @property
    def protected(self) -> tuple[str, ...]:
        """The globs that no change may touch."""
        return protected(self.settings)

    @property
    def hidden(self) -> tuple[str, ...]:
        """What every ticket of main hides: no worker sees what another one's proof stands on."""
        return tuple(dict.fromkeys(glob for ticket in self.tickets for glob in ticket.terms.hidden))

    def ticket(self, id: str) -> Ticket | None:
        return next((ticket for ticket in self.tickets if ticket.id == id), None)

    def terms(self, ticket: str) -> Terms:
        found = self.ticket(ticket)
        return found.terms if found else Terms()

    def stale(self, plan: Plan) -> Iterator[str]:
        """Where main does not say (any more) what the plan says: the file, and what differs there."""
        row = self.ticket(plan.ticket_id)
        if row is None or row.status is not TicketStatus.IN_PROGRESS:
            yield f"{ROADMAP} ({plan.ticket_id} is {row.status.value if row else 'not there'}, not IN_PROGRESS)"
        elif (row.terms.modify, row.terms.readonly) != (plan.scope.modify, plan.scope.readonly):
            yield f"{ROADMAP} (the scope of {plan.ticket_id} is another)"
        wanted = {c.id: c.check for c in criteria_of(plan.ticket_id, self.criteria)}
        planned = {c.id: c.check for c in plan.criteria}
        if differ := sorted(id for id in {*wanted, *planned} if wanted.get(id) != planned.get(id)):
            yield f"{CRITERIA} ({', '.join(differ)}: the plan has another check, or no such open criterion)"
        if missing := [p for p in self.settings.protected.paths if p not in plan.scope.forbidden]:
            yield f"{SETTINGS} ({', '.join(missing)}: protected there, and not in the plan)"

    def reworded(self, plan: Plan) -> list[str]:
        """What a plan says otherwise than main's tables: title, risk, priority, texts."""
        row = self.ticket(plan.ticket_id)
        if row is None:
            return ["the ticket"]
        texts = {c.id: c.text for c in self.criteria}
        same = {name: getattr(row, name) == getattr(plan, name) for name in ("title", "risk", "priority")}
        wrong = [c.id for c in plan.criteria if texts.get(c.id) != c.text]
        return [*(name for name, is_same in same.items() if not is_same), *wrong]

    def untried(self, result: Result) -> list[str]:
        """The tiers that main's settings fill and that the result does not say PASS of."""
        gate, said = self.settings.gate, result.gate_results
        tiers = [tier for tier in TierResults.model_fields if getattr(gate, tier)]
        return [tier for tier in tiers if getattr(said, tier) is not Conclusion.PASS]
