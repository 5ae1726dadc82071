"""What is found before a worker is paid. `run` and `dry` ask the same functions, so that neither sees less.

- What ends a run before it begins: nobody's attempt could be judged or stamped.
- What keeps a ticket until it is mended, while the others go on: its terms, or a worker that could not start.
- What no work could bring to a stamp: such a ticket is hopeless, and BLOCKED with the reason.
- What is worth to know: it is told at the start, by `dry`, and to the worker where it can help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import guards
from factory.errors import CouldNotRun, FactoryError, Mistake
from factory.gate import ground, prospect, waiting
from factory.gate.altered import SAYS_LITTLE, mute
from factory.gate.prospect import MayTouch, Prospect
from factory.gate.sides import Sides
from factory.gate.trial import Ran
from factory.git.repo import Repo
from factory.git.store import GitTree, Store
from factory.line import audits, purse
from factory.line.foretold import foretold
from factory.line.house import House
from factory.line.roster import must_be_ready
from factory.model import Oid, Plan, State, Terms, Ticket
from factory.records import plans, signing
from factory.records.record import Record
from factory.records.signing import Signer
from factory.records.state import View, standings
from factory.records.view import main_ref, must_be_readable
from factory.ssot.settings import Settings
from guards.case import text

PATIENCE = 10.0  # seconds that a ticket's checks on main are waited for before its worker starts beside them


class Footing(NamedTuple):
    """What a run stands on."""

    repo: Repo
    view: View
    settings: Settings
    environ: Mapping[str, str]
    signer: Signer
    key_path: Path  # where the signer's key is looked for

    @property
    def pending(self) -> list[Ticket]:
        return [s.ticket for s in standings(self.view).values() if s.state is State.PENDING]


def faults(on: Footing, *, cards: bool) -> Iterator[FactoryError]:
    """What would end the run before its first worker starts, in the order in which a person has to mend it.

    `cards`: there are day plans."""
    steps = [
        partial(plans.must_have_workers, on.settings, cards=cards),
        partial(must_be_readable, on.repo, on.view.main),
    ]
    if on.pending:
        tree = GitTree(on.repo.store, on.view.main)
        allowed = on.repo.store.file(tree.oid, signing.ALLOWED) or b""
        steps += [
            partial(guards.must_have_policies, tree),
            partial(ground.must_have_tiers, on.settings),
            partial(signing.must_be_able, on.signer, allowed, on.key_path),
        ]
    for step in steps:
        try:
            step()
        except FactoryError as error:
            yield error


class Fitness:
    """Whether a ticket could be begun as it is written, by a worker that could start; each worker is looked at once."""

    def __init__(self, repo: Repo, settings: Settings, environ: Mapping[str, str]) -> None:
        self._repo, self._settings, self._environ = repo, settings, environ
        self._unready: dict[tuple[str, Oid], FactoryError | None] = {}

    def fault(self, ticket: Ticket, view: View) -> FactoryError | None:
        """What keeps it until a person has mended that."""
        try:
            plans.must_be_workable(ticket, view, self._settings)
            purse.must_ever_fit(self._settings, ticket)
        except Mistake as mistake:
            return mistake
        asks = self._settings.risk.of(ticket.risk).auditor and self._settings.auditor.worker
        names = (plans.worker_of(ticket, self._settings), *((self._settings.auditor.worker,) if asks else ()))
        return next((error for name in names if (error := self.of_worker(name, view.main))), None)

    def of_worker(self, name: str, main: Oid) -> FactoryError | None:
        """What keeps all that one worker is to do: a card's, too, whose plan named it when the settings had it."""
        key = (name, main)
        if key not in self._unready:
            tree = GitTree(self._repo.store, main)
            try:
                plans.must_be_there(name, self._settings)
                must_be_ready(name, self._settings, self._environ, self._repo, tree)
                self._unready[key] = None
            except (Mistake, CouldNotRun) as error:
                self._unready[key] = error
        return self._unready[key]


def must_still_judge(house: House, main: Oid) -> None:
    """Mistake where main has got a policy, since the run began, by which nothing can be judged."""
    guards.must_have_policies(GitTree(house.repo.store, main))


def warnings(on: Footing) -> list[str]:
    """What a person should know before the first worker starts, a line each."""
    unread = [ticket for ticket in on.pending if audits.is_unread(on.settings, ticket.risk)]
    named = ", ".join(f"{ticket.id} ({ticket.risk.value})" for ticket in unread[:6])
    more = f" and {len(unread) - 6} more" if len(unread) > 6 else ""
    said = "tickets whose risk asks for a second reader, and no auditor is set: their stamps are read by nobody"
    told = [f"{named}{more}: {said}; set [auditor] worker"] if unread else []
    return told + foretold(on.repo, main_ref(on.settings), on.pending)


def prospect_of(
    store: Store, view: View, settings: Settings, plan: Plan, terms: Terms, ran: Mapping[str, Ran]
) -> Prospect:
    """What is seen of one ticket: of its scope, of its tests, and of what its checks said on main (`ran`)."""
    base = GitTree(store, plan.base)
    sides = Sides.of(settings, base, terms, plan.scope.forbidden)
    scope = MayTouch(terms, plan.scope.forbidden, sides, base.entries().keys())
    checks = [c for c in plan.criteria if c.check]
    found = [prospect.of_scope(scope, [c.check for c in checks])]
    found += [
        prospect.of_check(c, ran[c.check], scope, lambda p: text(base, p) or "") for c in checks if c.check in ran
    ]
    read = partial(store.file, base.oid)
    silent = [f"{test} {SAYS_LITTLE}" for c in checks for test in mute(c.check, read)]
    others = [line for c in checks if (line := waiting.together(c, view.criteria, read))]
    hopeless = next((one.hopeless for one in found if one.hopeless), None)
    return Prospect(hopeless, (*(line for one in found for line in one.told), *silent, *others))


def ahead_of(house: House, view: View, record: Record, ticket: Ticket) -> Prospect:
    """Of a ticket that is about to be tried. Its checks are asked before its first attempt alone: later ones know."""
    plan = plans.make_plan(view, house.settings, ticket, record)
    checks = [] if record.attempts else [c.check for c in plan.criteria if c.check]
    ran = house.gate.on_main(plan.base, checks, PATIENCE)
    return prospect_of(house.repo.store, view, house.settings, plan, ticket.terms, ran)


def attempt(record: Record, settings: Settings) -> str:
    """The attempt that comes next, by its number, and which it is of those that its cap counts, where that differs."""
    number, counted = record.attempt + 1, record.attempts + 1
    return f"attempt {number}" + (f" (try {counted} of {settings.caps.attempts})" if number != counted else "")
