"""`factory verify`, with or without running every stamp's gate again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from factory.errors import FactoryError
from factory.executors.bench import Bench, open_bench
from factory.git.repo import Repo
from factory.line.house import Tell, saying
from factory.line.trades import GroupMerge
from factory.line.trades.card_gate import judge
from factory.model import Verdict
from factory.records.plans import RESERVED
from factory.records.premises import Premises
from factory.records.view import find_main
from factory.verify.chain import Chain, Proof
from factory.verify.verify import Bad, Verified, verify


def _judge(bench: Bench, chain: Chain, proof: Proof, say: Callable[[str], None]) -> Verdict:
    store, plan = bench.repo.store, proof.plan
    if proof.card:
        return judge(bench.gate, store, plan, GroupMerge(chain.main, chain.tree), say)
    say("running its gate again")
    terms = Premises(bench.repo, chain.main).terms(plan.ticket_id)
    bench.trial.prepare(chain.main)
    bare = store.edit(chain.trees[1], {RESERVED: None})
    return bench.gate.judge(plan, terms, main=chain.main, tree=chain.tree, work=bare, say=say)


def checked(path: Path, environ: Mapping[str, str], rerun: bool, tell: Tell) -> Verified:
    """Verify main; with `rerun`, also run the gate of every stamp on its own tree, from its own main's settings.

    It runs: what is remembered lies on this machine, where anybody may have written it.
    """
    if not rerun:
        with Repo(path) as repo:
            return verify(repo, find_main(repo)[1])
    with open_bench(path, environ, apart=True) as bench:
        say = saying(tell, bench.settings.factory.timezone)

        def again(chain: Chain, proof: Proof) -> str:
            try:
                verdict = _judge(bench.at(chain.main), chain, proof, partial(say, proof.plan.ticket_id))
            except FactoryError as error:
                return str(error)
            return "" if verdict.passed else "; ".join(verdict.failed[:3]) or verdict.status.value

        found = verify(bench.repo, bench.main, again)
        if found.bad:  # its history is not to be relied on
            return found
        say("", "holding every criterion that is DONE against the tip")
        return found._replace(bad=(*found.bad, *_broken(bench)))


def _broken(bench: Bench) -> list[Bad]:
    """A criterion that is DONE and red at main's tip, whichever stamp or commit broke it."""
    said = "{0} is DONE, and red at the tip: `{1}`"
    return [Bad(bench.main, c.ticket, said.format(c.id, c.check)) for c in bench.gate.broken(bench.main)]
