"""A worker that is any program (contract, section 2): it changes files in its working directory, and exits."""

from __future__ import annotations

import json
import os
import shlex
import stat
from pathlib import Path

from pydantic import ValidationError

from factory.model import Ended, Report
from factory.money.spend import Spend, bill
from factory.sandbox.process import Finished
from factory.workers import Program, Task, Work

LATER = 75  # EX_TEMPFAIL: a rate limit or an overload; not a failure, not an attempt
INSIDE = "/factory"
REPORT_BYTES = 1 << 20
CLAIMED = "claimed.json"  # in the evidence: the numbers of a report that says more than was reserved
NUMBERS = {"calls", "tokens_in", "tokens_out", "cost_usd"}
NO_FILE = "(the report was not a plain file under 1 MiB)"


def work(task: Task) -> Work:
    plan, out = task.out / "plan.json", task.out / "out"
    out.mkdir(exist_ok=True)
    out.chmod(0o777)  # the sandbox may run it as another user; the folder above is ours alone
    plan.write_text(task.plan.model_dump_json(indent=1), encoding="utf-8")
    env: dict[str, str | Path] = {
        "FACTORY_PLAN": plan,
        "FACTORY_REPORT": out / "report.json",
        "FACTORY_TICKET": task.plan.ticket_id,
        "FACTORY_ATTEMPT": str(task.plan.attempt),
    }
    argv = tuple(task.settings.command)
    most = task.wallet.allowance()
    reserved = task.wallet.reserve(bill(most.calls, most.tokens_in, most.tokens_out, task.plan.budget_usd))
    done = task.launch(Program(argv, env=env, files={f"{INSIDE}/plan.json": plan}, write={f"{INSIDE}/out": out}))
    claimed = read_report(out / "report.json", task.plan.budget_usd)
    report = bounded(claimed, most, task.plan.budget_usd)
    task.wallet.settle(reserved, bill(report.calls, report.tokens_in, report.tokens_out, report.cost_usd))
    return Work(
        ended=ended(done),
        report=report,
        stdout=done.stdout,
        stderr=done.stderr,
        exit_code=done.code,
        history=(shlex.join(argv),),
        extra={} if report == claimed else {CLAIMED: claimed.model_dump_json(indent=1, include=NUMBERS).encode()},
    )


def bounded(report: Report, most: Spend, usd: float) -> Report:
    """What is booked of a report: never more than was reserved, so that no word of a worker passes a cap."""
    return report.model_copy(
        update={
            "calls": min(report.calls, most.calls),
            "tokens_in": min(report.tokens_in, most.tokens_in),
            "tokens_out": min(report.tokens_out, most.tokens_out),
            "cost_usd": min(report.cost_usd, usd),
        }
    )


def ended(done: Finished) -> Ended:
    if done.timed_out:
        return Ended.TIMEOUT
    if done.code == LATER:
        return Ended.LATER
    return Ended.DONE if done.code == 0 else Ended.FAILED


def read_report(path: Path, worst: float) -> Report:
    """What the worker wrote of itself. Rubbish is no report: its words decide nothing.

    What rubbish cost is not known, so that `worst` dollars are booked; no report at all is a worker that costs nothing.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe must not make us wait
    except FileNotFoundError:
        return Report()
    except OSError:
        return Report(summary=NO_FILE, cost_usd=worst)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > REPORT_BYTES:
            return Report(summary=NO_FILE, cost_usd=worst)
        return Report.model_validate(json.loads(os.read(descriptor, REPORT_BYTES)))
    except (OSError, ValueError, ValidationError, RecursionError):
        return Report(summary="(the report was not readable)", cost_usd=worst)
    finally:
        os.close(descriptor)
