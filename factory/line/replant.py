"""An attempt whose base is no part of main any more: somebody rewrote main while it was worked on.

Merged as it stands, it would bring back what was taken out of main. So its change alone goes onto main as it is now.
"""

from __future__ import annotations

from factory.git.objects import Commit
from factory.line import booking
from factory.line.house import House
from factory.line.turn import Attempt
from factory.model import Oid
from factory.records import attempts, plans, premises
from factory.records.attempts import Work
from factory.tree import Entry


def replant(house: House, attempt: Attempt, work: Work, main: Oid) -> tuple[Attempt, Work] | None:
    """The attempt with main as its base; None where its change does not fit there."""
    repo, now = house.repo, house.clock.now()
    store = repo.store
    sides = (
        store.write_commit(Commit(tree, (work.base,), "one side of a merge\n", int(now)))
        for tree in (store.tree_of(main), work.tree)
    )
    merged = repo.merge(*sides)
    if merged.conflicts:
        return None
    files = {c.path: Entry(c.new_mode, c.new) if c.new else None for c in repo.diff(main, merged.tree)}
    plan = plans.on_base(attempt.plan, main, premises.terms_at(repo, main, attempt.plan.ticket_id))
    planted = attempts.keep_plan(repo, plan, now)
    moved = attempt._replace(
        plan=plan, plan_commit=planted, change=attempt.change._replace(files=files), heard=None
    )  # fmt: skip
    return moved, attempts.keep_work(repo, plan, planted, files, booking.summary(house, attempt), now)
