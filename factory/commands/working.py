"""Commands that do the work: init, run, dry, submit, demo."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from factory.commands.signals import interrupts
from factory.commands.terminal import AsJson, RepoDir, end, print_json, progress, say
from factory.errors import Exit
from factory.stream import wait_no_more

app = typer.Typer()


@app.command()
def init(
    repo: RepoDir = Path("."), key: Annotated[bool, typer.Option(help="make a key that signs the stamps")] = True
) -> None:
    """Put the factory's files into a repository. Overwrites nothing."""
    from factory.operator.init import init as lay_out

    wait_no_more()
    for line in lay_out(repo, os.environ, key=key):
        say(line)


@app.command()
def run(
    repo: RepoDir = Path("."),
    tickets: Annotated[int | None, typer.Option(help="stop after this many tickets", min=1)] = None,
    once: Annotated[bool, typer.Option("--once", help="one attempt at one ticket")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget what the gate remembers, and [gate] setup")] = False,
) -> None:
    """Work until nothing is released, or something says stop. A cap ends it too. It resumes what was left."""
    from factory.line import shift
    from factory.line.opening import open_house
    from factory.plain import many
    from factory.reports import screen

    wait_no_more()
    with (
        screen.board(sys.stdout, progress) as show,
        open_house(repo, dict(os.environ), say=show, working=True, fresh=fresh) as house,
        interrupts(house),
    ):
        ended = shift.run(house, tickets=tickets, once=once)
    more = f", {many(ended.cards, 'card')}" if ended.cards else ""
    told = f"{ended.stamped} stamped{more}, {many(ended.failed, 'attempt')} failed"
    say(told + (f"; {ended.reason}" if ended.reason else ""))
    if not (ended.stamped or ended.failed or ended.cards or ended.reason):
        say("there was nothing to do: no ticket that can be worked on is IN_PROGRESS in D_ROADMAP.md on main")
    else:
        say("`factory status` shows what stands where, `git log --first-parent` the proof")
    end(ended.exit)


@app.command()
def dry(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """What `run` would do; nothing is changed. Which ticket, which worker, which scope, which cost cap.

    The checks of what may start now are run on main, and what no work could pass is named."""
    from factory.git.repo import Repo
    from factory.operator.dry import as_text, decisions

    with Repo(repo) as opened:
        found = decisions(opened, time.time(), dict(os.environ))
    if as_json:
        print_json(found.document)
    else:
        say(as_text(found.document))
    for fault in found.faults:
        raise fault
    end(found.exit)


@app.command()
def submit(
    ticket: Annotated[str, typer.Argument(help="the ticket that the change is for")],
    branch: Annotated[str, typer.Option(help="the branch that holds the change")] = "HEAD",
    repo: RepoDir = Path("."),
) -> None:
    """Gate and stamp a change that exists already. A person or another agent made it, on a branch."""
    from factory.line.opening import open_house
    from factory.operator.submit import hand_in

    wait_no_more()
    with open_house(repo, dict(os.environ), say=progress) as house:
        turn = hand_in(house, ticket, branch)
    if turn.stamp is None:
        say(f"not stamped: {turn.why}")
        end(Exit.FAIL)


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="make the demo's repository here and leave it")] = None,
) -> None:
    """Run the factory on a small real repository. It is made for that, in a temporary folder."""
    from factory.demo import demo as show

    wait_no_more()
    show(say, progress, dict(os.environ), keep)
