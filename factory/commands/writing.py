"""Commands that write what a person would: plan, add, import; and say where the writings disagree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from factory.cards.example import HELP
from factory.commands.terminal import AsJson, RepoDir, end, print_json, say, typed
from factory.errors import Exit

app = typer.Typer()
plan = typer.Typer(name="plan", help=HELP, short_help="Day plans to cards, and cards to trucks.", no_args_is_help=True)
app.add_typer(plan)
DayOption = Annotated[str | None, typer.Option("--day", help="YYYYMMDD; default: every day that waits for it")]


@plan.command("compile", short_help="Day plan to cards, in the working tree.")
def plan_compile(repo: RepoDir = Path("."), day: DayOption = None) -> None:
    """Day plan to cards: ssot/backlog/backlog_YYYYMMDD.jsonl, in the working tree."""
    from factory.operator.cards_by_hand import compile_plans

    for line in compile_plans(repo, day):
        say(line)


@plan.command("pack", short_help="The next truck: two packets of at most 120 cards.")
def plan_pack(repo: RepoDir = Path("."), day: DayOption = None) -> None:
    """The next truck: two packets of at most 120 cards below ssot/packets/, in the working tree."""
    from factory.operator.cards_by_hand import pack_trucks

    for line in pack_trucks(repo, day):
        say(line)


@app.command()
def add(
    sentence: Annotated[str, typer.Argument(help="what is to be done, in one sentence")],
    check: Annotated[str, typer.Option(help="the shell command that is red now and green when it is done")] = "",
    repo: RepoDir = Path("."),
) -> None:
    """A ticket from one sentence, PLANNED. It stands at once in the tables of the working tree."""
    from factory.operator.tables_by_hand import add_by_hand

    added = add_by_hand(repo, typed(sentence), typed(check))
    say(f"{added.ticket} is PLANNED, with {added.criterion}")
    more = "" if check else f", give {added.criterion} a check"
    say(f"fill its section in D_ROADMAP.md{more}, then set it IN_PROGRESS and commit")


@app.command("import")
def import_(
    queue: Annotated[Path, typer.Argument(help="the file that holds the old queue's table")], repo: RepoDir = Path(".")
) -> None:
    """Take an old queue's table into roadmap and ledger. What is there already stays as it is."""
    from factory.operator.tables_by_hand import import_queue
    from factory.operator.takeover import report_text

    say(report_text(import_queue(repo, queue)).rstrip("\n"))


@app.command("check-consistency")
def check_consistency(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """Name what tables, cards, stamps and ledger disagree on."""
    from factory.operator.drift import drifts
    from factory.plain import many

    found = drifts(repo)
    if as_json:
        print_json({"drifts": [drift._asdict() for drift in found]})
    else:
        for drift in found:
            say(f"{drift.where}: {drift.what}")
        say(many(len(found), "drift") if found else "the tables, the cards, the stamps and the ledger agree")
    end(Exit.FAIL if found else Exit.OK)
