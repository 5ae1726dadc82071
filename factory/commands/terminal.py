"""What the commands share: the words that they print, the options that they have in common, and Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from factory.line.house import House

RepoDir = Annotated[Path, typer.Option("--repo", help="the repository to work on", show_default="the one around here")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document and nothing else")]
TicketId = Annotated[str, typer.Argument(help="the ticket's id, as in D_ROADMAP.md")]


def say(text: str = "") -> None:
    """Text on stdout, whoever wrote it: no terminal obeys anything in it."""
    from factory.plain import printable

    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()


def print_json(value: Any, *, large: bool = False) -> None:
    """One document; `large` leaves the line breaks out."""
    from factory.plain import json_text

    sys.stdout.write(json_text(value, indent=None if large else 1) + "\n")
    sys.stdout.flush()


def complain(text: str, code: int) -> NoReturn:
    """One line on stderr, and the end."""
    from factory.plain import printable

    sys.stderr.write(f"factory: {' '.join(printable(text).split())}\n")
    sys.exit(int(code))


def progress(ticket: str, text: str) -> None:
    """A line of what goes on, with the time of day."""
    from factory.plain import one_line

    say(f"{time.strftime('%H:%M:%S')} {ticket or 'factory':<12} {one_line(text, 160)}")


def quiet(_ticket: str, _text: str) -> None:
    """Progress has no place beside a JSON document."""


def end(code: int) -> NoReturn:
    """End the command with this exit code."""
    raise typer.Exit(int(code))


@contextmanager
def interrupts(house: House) -> Iterator[None]:
    """Ctrl-C once: finish what runs; twice: stop now. A polite kill is the second."""
    from factory.errors import Interrupted

    asked = 0

    def stop(now: bool) -> None:
        say("stopping now" if now else "finishing what runs; Ctrl-C again stops now")
        house.end(Interrupted("interrupted; `factory run` goes on"), now=now)

    def once(number: int, _frame: object) -> None:
        # Not here: the thread that is interrupted may hold the very locks that printing and events need.
        nonlocal asked
        asked += 1
        threading.Thread(target=stop, args=(asked > 1 or number == signal.SIGTERM,)).start()

    before = {number: signal.signal(number, once) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
