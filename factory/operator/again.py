"""An attempt's gate once more, from its commits alone: what each evidence pack's README tells a person to type."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from factory.errors import Mistake
from factory.executors.bench import Bench, open_bench
from factory.git.repo import Repo
from factory.line.house import Say, Tell, saying
from factory.model import Oid, Plan, Verdict
from factory.records import landing
from factory.records.attempts import PLAN
from factory.records.plans import RESERVED
from factory.records.premises import Premises


def again(path: Path, environ: Mapping[str, str], work: str, base: str, tell: Tell) -> Verdict:
    """The verdict on a work commit, merged with main as it was at `base`, by the rules that main had there."""
    with open_bench(path, environ, apart=True) as bench:
        return once_more(bench, work, base, saying(tell, bench.settings.factory.timezone))


def once_more(bench: Bench, work: str, base: str, say: Say) -> Verdict:
    """The same, at a bench that is set up already."""
    repo, store = bench.repo, bench.repo.store
    made, main = _commit(repo, work), _commit(repo, base)
    plan = _plan(repo, made)
    merge = landing.merge(repo, main, plan.base, made, plan.ticket_id)
    if merge.conflicts:
        raise Mistake(f"the attempt is in conflict with {base[:12]}: {', '.join(merge.conflicts[:3])}")
    return bench.at(main).gate.judge(
        plan,
        Premises(repo, main).terms(plan.ticket_id),
        main=main,
        tree=merge.tree,
        work=store.edit(store.tree_of(made), {RESERVED: None}),
        say=lambda text: say(plan.ticket_id, text),
    )


def _commit(repo: Repo, name: str) -> Oid:
    found = repo.store.get(f"{name}^{{commit}}")
    if found is None:
        remedy = "in a clone, fetch the ledger first: `git fetch origin factory/ledger`"
        raise Mistake(f"there is no commit {name!r} here", remedy=remedy)
    return found[0]


def _plan(repo: Repo, work: Oid) -> Plan:
    try:
        return Plan.model_validate_json(repo.store.file(work, PLAN) or b"")
    except ValidationError:
        raise Mistake(
            f"{work[:12]} is no attempt's work commit", remedy=f"name one that holds {PLAN}: a stamp's is `STAMP^2^`"
        ) from None
