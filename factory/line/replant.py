"""An attempt whose base is no part of main any more: somebody rewrote main while it was worked on.

Merged as it stands, it would bring back what was taken out of main. So its change alone goes onto main as it is now.
"""

from __future__ import annotations

from factory.executors.local import summary
from factory.git.objects import Commit
from factory.line.house import House
from factory.line.item import Done
from factory.model import Oid
from factory.records import attempts, plans
from factory.records.premises import Premises
from factory.tree import Entry


def replant(house: House, done: Done, main: Oid) -> Done | None:
    """The attempt with main as its base; None where its change does not fit there."""
    repo, now, work = house.repo, house.clock.now(), done.commits
    assert work is not None
    store = repo.store
    sides = (
        store.write_commit(Commit(tree, (work.base,), "one side of a merge\n", int(now)))
        for tree in (store.tree_of(main), work.tree)
    )
    merged = repo.merge(*sides)
    if merged.conflicts:
        return None
    files = {c.path: Entry(c.new_mode, c.new) if c.new else None for c in repo.diff(main, merged.tree)}
    plan = plans.on_base(done.plan, main, Premises(repo, main).terms(done.plan.ticket_id))
    planted = attempts.keep_plan(repo, plan, now)
    commits = attempts.keep_work(repo, plan, planted, files, summary(done.work, house.secrets), now)
    change = done.change._replace(files=files)
    return done._replace(plan=plan, plan_commit=planted, change=change, heard=None, commits=commits)
