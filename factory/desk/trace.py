"""`factory log`: the audit trail, and of one item what each attempt did, as its evidence in git tells it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from factory.git.repo import Repo
from factory.line.answer import Answer
from factory.model import Event
from factory.money.spend import said
from factory.plain import many
from factory.records import attempts
from factory.records.elsewhere import not_known
from factory.records.view import find_main
from factory.reports.trail import as_line, must_be_known, printed, trail, when
from factory.reports.tried import Tried, tried

LOG_TAIL = 12  # lines of a put-off worker's output
MOST = 6  # files, and lines of a failure, that are told


def trace(path: Path, id: str | None, limit: int) -> Answer:
    """The newest events, or all of them for 0; of one item with what each attempt did, and printed last."""
    with Repo(path) as repo:
        zone = ZoneInfo(find_main(repo)[0].factory.timezone)
        events = trail(repo, id, limit)
        if id and not events:
            must_be_known(repo, id)
        unknown = "" if events else not_known(repo)
        more = [(_tries(repo, event), printed(repo, event)) if id else ([], "") for event in events]
    to = f" to {id} yet" if id else " yet: `factory run` starts"
    lines = [] if events else [unknown or f"nothing has happened{to}"]
    data = []
    for event, (tries, last) in zip(events, more, strict=True):
        lines += [as_line(event, zone), *(f"    {line}" for line in tries)]
        lines += [f"    | {line}" for line in last.splitlines()[-LOG_TAIL:]]
        told = {"when": when(event, zone).isoformat(), "printed": last, "tried": tries}
        data.append(event.model_dump(mode="json") | {name: value for name, value in told.items() if value})
    return Answer(text="\n".join(lines), data=data)


def _tries(repo: Repo, event: Event) -> list[str]:
    """Lines about the attempt that an event ended; none where it ended none, or a shallow clone lacks it."""
    found = tried(repo, event)
    return lines_of(found) if found else []


def lines_of(one: Tried) -> list[str]:
    """What an attempt did, and why it failed, in lines."""
    model = f", model {one.model}" if one.model else ""
    paid = f"{said('calls', one.calls)}, {said('usd', one.usd)}"
    changed = f"changed {_some(one.size.files, 'file')} ({one.size})" if one.size.files else "changed nothing"
    lines = [
        f"worker {one.worker}{model}: {one.seconds:.0f} s, {paid}",
        changed,
        *(f"failed: {line}" for line in one.failed[:MOST]),
    ]
    more = many(len(one.failed) - MOST, "line")
    lines += [f"failed: {more} more, in verify_report.json beside gate.log"] * (len(one.failed) > MOST)
    lines += [f"| {line}" for line in one.assertion]
    at = f"git show {one.evidence[:12]}:{attempts.place(one.item)}/evidence"
    whose = "gate" if one.log == "gate.log" else "worker"
    return [*lines, f"the patch: git show {one.work[:12]}", f"all that the {whose} said: {at}/{one.log}"]


def _some(paths: Sequence[str], thing: str) -> str:
    rest = f" and {len(paths) - MOST} more" if len(paths) > MOST else ""
    return f"{many(len(paths), thing)}: {', '.join(paths[:MOST])}{rest}"
