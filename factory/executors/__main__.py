"""An order carried out by a process that has nothing but the repository: `python -m factory.executors REPO < order`.

Prints how it ended as JSON; the work commit is in the repository.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from factory.errors import Exit, FactoryError
from factory.executors import Means, Order, Outcome
from factory.executors.bench import open_bench
from factory.executors.local import Local
from factory.money.purse import Purse
from factory.records.redact import secret_values


def main(repo: str) -> Exit:
    """Ends as every command does: the exit code, and one line on stderr."""
    try:
        order = Order.model_validate_json(sys.stdin.read())
        with open_bench(Path(repo), os.environ) as bench, tempfile.TemporaryDirectory() as scratch:
            at = bench.at(bench.repo.store.commit(order.plan).parents[0])
            local = Local(
                at.repo,
                at.settings,
                at.rooms,
                at.aside,
                at.sandbox,
                at.gate.limits,
                at.gate.python,
                at.gate.tools,
                os.environ,
                secret_values(os.environ),
                Path(scratch),
                at.cache,
            )
            purse = Purse(order.most)
            outcome = local.carry_out(order, Means(purse))
            at.repo.store.settle()
        sys.stdout.write(json.dumps(told(outcome, purse)) + "\n")
    except FactoryError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit
    return Exit.OK


def told(outcome: Outcome, purse: Purse) -> dict[str, Any]:
    work = outcome.work
    return {
        "work": outcome.commits.work,
        "ended": work.ended.value,
        "exit_code": work.exit_code,
        "findings": [str(finding) for finding in outcome.change.findings],
        "broke": str(outcome.broke or ""),
        "report": work.report.model_dump(mode="json"),
        "spent": purse.spent.model_dump(mode="json"),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
