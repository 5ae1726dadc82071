"""Commands that steer a run, from this terminal or a second one: stop, resume, cancel, retry, replan, rewind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from factory.commands.terminal import RepoDir, TicketId, end, progress, say
from factory.errors import Exit
from factory.stream import wait_no_more

app = typer.Typer()


def _command(repo: Path, command: str, ticket: str = "") -> None:
    """Give an operator's command to the running controller, or, where none runs, carry it out here."""
    from factory.errors import Busy
    from factory.git.places import private_dir
    from factory.git.repo import Repo
    from factory.line.opening import open_house
    from factory.operator import inbox, operator

    wait_no_more()
    said = None
    while said is None:
        try:
            with open_house(repo, dict(os.environ), say=progress) as house:
                say(operator.obey(house, command, ticket))
            return
        except Busy as busy:
            with Repo(repo) as opened:
                private = private_dir(opened)
            asked = inbox.hand_over(private, command, ticket)
            say(f"{busy.who} carries it out")
        said = inbox.wait_for(private, asked)  # None: it ended first, and the command is ours again
    say(said)
    end(Exit.MISTAKE if said.startswith(inbox.REFUSED) else Exit.OK)


@app.command()
def stop(
    repo: RepoDir = Path("."), now: Annotated[bool, typer.Option("--now", help="end the running tickets too")] = False
) -> None:
    """Stop the run after its running tickets. Without a run, let none start until `resume`."""
    _command(repo, "stop-now" if now else "stop")


@app.command()
def resume(repo: RepoDir = Path(".")) -> None:
    """Let runs start again after a `stop`."""
    _command(repo, "resume")


@app.command()
def cancel(ticket: TicketId, repo: RepoDir = Path(".")) -> None:
    """Take a ticket off the line. It is BLOCKED, and ended where it runs."""
    _command(repo, "cancel", ticket)


@app.command()
def retry(ticket: TicketId, repo: RepoDir = Path(".")) -> None:
    """Release a blocked ticket anew. Its attempts count from here."""
    _command(repo, "retry", ticket)


@app.command()
def replan(ticket: TicketId, repo: RepoDir = Path(".")) -> None:
    """Make a waiting ticket's next plan from nothing. What failed before is not told."""
    _command(repo, "replan", ticket)


@app.command()
def rewind(
    ticket: TicketId,
    repo: RepoDir = Path("."),
    dependents: Annotated[bool, typer.Option("--with-dependents", help="later stamps that build on it too")] = False,
) -> None:
    """Take a stamp back, by a revert commit on main. Its rows are open again, and the ledger has an event."""
    _command(repo, "rewind-all" if dependents else "rewind", ticket)
