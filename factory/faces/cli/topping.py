"""`factory top`: the terminal panel. What it needs beside the base is loaded when it is asked for."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import closing
from pathlib import Path

import typer

from factory.errors import Mistake
from factory.faces.cli.helping import language
from factory.faces.cli.terminal import RepoDir


def top(context: typer.Context, repo: RepoDir = Path(".")) -> None:
    """The terminal panel: rooms, the queue, money, the log. It looks, and changes nothing."""
    if importlib.util.find_spec("textual") is None:
        raise Mistake("the panel is not installed", remedy="pip install 'stampmill[tui]'; `factory status --watch` is")
    from factory.desk.panes.watch import Watch

    with closing(Watch(repo)) as watch:
        if not sys.stdout.isatty():
            raise Mistake("the panel needs a terminal", remedy="`factory status --watch` writes lines anywhere")
        from factory.faces.staying import stay
        from factory.faces.top.app import Top

        stay()
        Top(watch, language(context)).run()
