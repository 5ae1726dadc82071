"""`factory verify`, with or without running every stamp's gate again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from factory.errors import FactoryError
from factory.house import Say
from factory.model import Oid, Plan
from factory.opening import open_bench
from factory.repo import Repo
from factory.verify import Verified, verify
from factory.view import find_main


def checked(path: Path, environ: Mapping[str, str], again: bool, say: Say) -> Verified:
    """Verify main; with `again`, also run the gate of every stamp on its own tree, from its own main's settings."""
    if not again:
        with Repo(path) as repo:
            return verify(repo, find_main(repo)[1])
    with open_bench(path, environ) as bench:

        def rerun(plan: Plan, main: Oid, tree: Oid, work: Oid) -> str:
            say(plan.ticket_id, "running its gate again")
            try:
                verdict = bench.at(main).gate.again(plan, main=main, tree=tree, work=work)
            except FactoryError as error:
                return str(error)
            return "" if verdict.passed else "; ".join(verdict.failed[:3]) or verdict.status.value

        return verify(bench.repo, bench.main, rerun)
