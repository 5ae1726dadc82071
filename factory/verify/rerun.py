"""`factory verify`, with or without running every stamp's gate again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from factory.cards.card import WorkItem
from factory.errors import FactoryError
from factory.executors.bench import Bench, open_bench
from factory.git.repo import Repo
from factory.line.house import Say
from factory.line.trades import GroupMerge
from factory.line.trades.card_gate import judge
from factory.model import Oid, Plan, Terms, Verdict
from factory.records.plans import RESERVED
from factory.records.view import ROADMAP, find_main
from factory.ssot.documents import read_roadmap
from factory.verify.verify import Bad, Verified, verify


def _judge(bench: Bench, plan: Plan, main: Oid, tree: Oid, work: Oid, say: Callable[[str], None]) -> Verdict:
    store = bench.repo.store
    tickets = read_roadmap(store.file(store.tree_of(main), ROADMAP) or b"")
    terms = next((t.terms for t in tickets if t.id == plan.ticket_id), Terms())
    bench.trial.prepare(main)
    bare = store.edit(store.tree_of(work), {RESERVED: None})
    return bench.gate.judge(plan, terms, main=main, tree=tree, work=bare, say=say)


def checked(path: Path, environ: Mapping[str, str], again: bool, say: Say) -> Verified:
    """Verify main; with `again`, also run the gate of every stamp on its own tree, from its own main's settings.

    It runs: what is remembered lies on this machine, where anybody may have written it.
    """
    if not again:
        with Repo(path) as repo:
            return verify(repo, find_main(repo)[1])
    with open_bench(path, environ, apart=True) as bench:

        def rerun(plan: Plan, main: Oid, tree: Oid, work: Oid) -> str:
            say(plan.ticket_id, "running its gate again")
            try:
                verdict = _judge(bench.at(main), plan, main, tree, work, lambda text: say(plan.ticket_id, text))
            except FactoryError as error:
                return str(error)
            return "" if verdict.passed else "; ".join(verdict.failed[:3]) or verdict.status.value

        def once_more(plan: Plan, card: WorkItem, main: Oid, tree: Oid) -> str:
            then = bench.at(main)
            try:
                verdict = judge(then.gate, bench.repo.store, plan, GroupMerge(main, tree), partial(say, card.id))
            except FactoryError as error:
                return str(error)
            return "" if verdict.passed else "; ".join(verdict.failed[:3]) or verdict.status.value

        found = verify(bench.repo, bench.main, rerun, once_more)
        if found.bad:  # its history is not to be relied on
            return found
        say("", "holding every criterion that is DONE against the tip")
        return found._replace(bad=(*found.bad, *_broken(bench)))


def _broken(bench: Bench) -> list[Bad]:
    """A criterion that is DONE and red at main's tip, whichever stamp or commit broke it."""
    said = "{0} is DONE, and red at the tip: `{1}`"
    return [Bad(bench.main, c.ticket, said.format(c.id, c.check)) for c in bench.gate.broken(bench.main)]
