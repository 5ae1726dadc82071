"""Commands that look and change nothing: status, report, kpi, log, workers, scan."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factory.commands.terminal import AsJson, RepoDir, end, print_json, say
from factory.errors import Exit

if TYPE_CHECKING:
    from factory.reports.watch import Page

app = typer.Typer()
LOG_TAIL = 12  # lines of a put-off worker's output


@app.command()
def status(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="a live page; Ctrl-C ends it")] = False,
    times: Annotated[int, typer.Option(help="with --watch: look so often, then end; 0: until Ctrl-C", min=0)] = 0,
) -> None:
    """What stands where, from git alone."""
    from factory.git.repo import Repo
    from factory.reports.status import as_text
    from factory.reports.status import status as look

    if watch or times:
        _watch(repo, times)
        return
    with Repo(repo) as opened:
        document = look(opened, time.time())
    if as_json:
        print_json(document, large=len(document.get("cards", {}).get("cards", ())) > 240)
    else:
        say(as_text(document))


def _watch(repo: Path, times: int) -> None:
    from factory.git.repo import Repo
    from factory.reports import screen
    from factory.reports.watch import look

    def take() -> Page:
        with Repo(repo) as opened:  # anew each time: what another process wrote is then seen
            return look(opened, time.time(), dict(os.environ))

    screen.watch(take, sys.stdout, times)


@app.command()
def report(
    repo: RepoDir = Path("."),
    date: Annotated[str | None, typer.Option(help="YYYY-MM-DD; default: today in the factory's zone")] = None,
) -> None:
    """The day's report, in English and Korean. What was done, what failed and why, what it cost, what is next."""
    from factory.git.repo import Repo
    from factory.reports.filed import daily_page

    with Repo(repo) as opened:
        say(daily_page(opened, time.time(), date).rstrip("\n"))


@app.command()
def kpi(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    fail_on_alert: Annotated[bool, typer.Option("--fail-on-alert", help="exit 1 where a threshold is passed")] = False,
) -> None:
    """Success rate, time to a stamp, retries, stale leases. Thresholds stand under [kpi] in the settings."""
    from factory.git.repo import Repo
    from factory.records.elsewhere import not_known
    from factory.reports import kpi as numbers

    with Repo(repo) as opened:
        found, alerts = numbers.kpis(opened, time.time())
        unknown = not_known(opened)
    if as_json:
        print_json(numbers.as_json(found, alerts))
    else:
        say(numbers.as_text(found, alerts))
        if unknown:
            say(unknown)
    end(Exit.FAIL if fail_on_alert and alerts else Exit.OK)


@app.command()
def log(
    ticket: Annotated[str | None, typer.Argument(help="only this ticket's events")] = None,
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="the newest events to show; 0: all")] = 50,
) -> None:
    """The audit trail: every event, newest first. Of one ticket, with what each attempt did, and why it failed."""
    from factory.git.repo import Repo
    from factory.records.elsewhere import not_known
    from factory.reports.trail import as_line, must_be_known, printed, trail
    from factory.reports.tries import tried

    with Repo(repo) as opened:
        found = trail(opened, ticket, limit)
        if ticket and not found:
            must_be_known(opened, ticket)
        events = [(event, printed(opened, event) if ticket else "") for event in found]
        unknown = "" if events else not_known(opened)
        tries = {event.oid: tried(opened, event) if ticket else [] for event in found}
    if as_json:
        told = {event.oid: {"printed": said, "tried": tries[event.oid]} for event, said in events}
        more = {oid: {name: value for name, value in one.items() if value} for oid, one in told.items()}
        print_json([event.model_dump(mode="json") | more[event.oid] for event in found])
        return
    if not events and not as_json:
        to = f" to {ticket} yet" if ticket else " yet: `factory run` starts"
        say(unknown or f"nothing has happened{to}")
    for event, said in events:
        say(as_line(event))
        for line in tries[event.oid]:
            say(f"    {line}")
        for line in said.splitlines()[-LOG_TAIL:]:
            say(f"    | {line}")


@app.command()
def workers(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    ping: Annotated[bool, typer.Option("--ping", help="make one small paid call for each worker")] = False,
) -> None:
    """Which workers are installed and have a key. Says what a small call would cost, and spends only with --ping."""
    from factory.operator.roster import as_text, roster

    found = roster(repo, dict(os.environ), spend=ping)
    if as_json:
        print_json(found)
    else:
        from factory.plain import printable

        say(printable(as_text(found)))
    end(Exit.OK if all(one["ready"] for one in found["workers"]) else Exit.COULD_NOT_RUN)


@app.command()
def scan(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """What this repository is made of. It is the kickoff pack that workers are shown."""
    from factory.proposals.scan import as_paragraph
    from factory.proposals.scan import scan as look_over

    found = look_over(repo)
    if as_json:
        print_json(found)
    else:
        say(as_paragraph(found))
