"""`factory kb`: what was learnt from errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from factory.commands.terminal import AsJson, RepoDir, print_json, say, typed

if TYPE_CHECKING:
    from factory.line.knowledge import Card

app = typer.Typer(
    name="kb", help="What was learnt from errors. There is a card for each kind of failure.", no_args_is_help=True
)


def _show_cards(repo: Path, as_json: bool, choose: Callable[[list[Card]], list[Card]]) -> None:
    from factory.line.learning import as_line, read_cards

    found = choose(read_cards(repo))
    if as_json:
        print_json([card.model_dump(mode="json") for card in found])
        return
    for card in found:
        say(as_line(card))


@app.command("list")
def kb_list(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """Every card, the most seen first."""
    _show_cards(repo, as_json, lambda cards: cards)


@app.command("search")
def kb_search(words: str, repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """Cards by words, best first."""
    from factory.line.knowledge import search

    _show_cards(repo, as_json, lambda cards: search(cards, typed(words)))


@app.command("show")
def kb_show(fingerprint: str, repo: RepoDir = Path(".")) -> None:
    """One card, whole. The beginning of its fingerprint is enough."""
    from factory.line.learning import one_card, read_cards

    print_json(one_card(read_cards(repo), fingerprint).model_dump(mode="json"))


@app.command("edit")
def kb_edit(fingerprint: str, note: str, repo: RepoDir = Path(".")) -> None:
    """Write a note on a card. The next attempt that fails the same way is told it."""
    from factory.line.learning import write_note
    from factory.line.opening import open_house

    with open_house(repo, dict(os.environ)) as house:
        say(write_note(house, fingerprint, typed(note)))
