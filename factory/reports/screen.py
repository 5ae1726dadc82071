"""What moves on a terminal: the live page of `status --watch`, and a line per ticket while a run is on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from factory.reports.watch import Page, page_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

Show = Callable[[str, str], None]
ENDS = ("stamped", "failed", "put off", "broken off", "quarantined", "checkpoint", "taken back")
SECONDS_BETWEEN_LOOKS = 2.0


def watch(take: Callable[[], Page], out: TextIO, times: int = 0, every: float = SECONDS_BETWEEN_LOOKS) -> None:
    """Show the page again and again, `times` or (0) until Ctrl-C, which is a good end."""
    try:
        if out.isatty():
            _live(take, out, times, every)
        else:
            for number in _ticks(out, times, every):
                out.write(("\n" if number else "") + page_text(take()) + "\n")
                out.flush()
    except KeyboardInterrupt:
        return


def _live(take: Callable[[], Page], out: TextIO, times: int, every: float) -> None:
    from rich.console import Console
    from rich.live import Live

    with Live(_table(take()), console=Console(file=out), screen=False, auto_refresh=False) as live:
        for _ in _ticks(out, times, every):
            live.update(_table(take()), refresh=True)


def _ticks(out: TextIO, times: int, every: float) -> Iterator[int]:
    number = 0
    while not getattr(out, "lost", None):  # nobody looks any more
        yield number
        number += 1
        if times and number >= times:
            return
        time.sleep(every)


def _table(page: Page) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    document: dict[str, Any] = page.status
    running = {r.ticket: f"attempt {r.attempt}, {r.minutes:.1f} min" for r in page.running}
    table = Table(expand=True)
    for name in ("ticket", "state", "tried", "title", "proof or reason"):
        table.add_column(name, overflow="ellipsis", no_wrap=True)
    for id, t in document["tickets"].items():
        proof = running.get(id) or (f"stamp {t['stamp'][:12]}" if t["stamp"] else f"{t['triage'] or ''} {t['why']}")
        # Text, not markup: a title may hold brackets.
        table.add_row(Text(id), Text(t["state"]), str(t["attempts"]), Text(t["title"]), Text(proof.strip()))
    plain = page_text(page).splitlines()
    rest = [line for line in plain if line.startswith(("box: ", "rooms: ", "today ", "next: "))]
    return Group(Text("\n".join(plain[:2])), table, Text("\n".join(rest)))


@contextmanager
def board(out: TextIO, plain: Show) -> Iterator[Show]:
    """Where a run's lines go: on a terminal a live line per ticket, and what is final above them; else plain lines."""
    if not out.isatty():
        yield plain
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(file=out, highlight=False)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield Board(live).show


class Board:
    """The lines of the tickets that are worked on."""

    def __init__(self, live: Live) -> None:
        self._live, self._lines, self._lock = live, dict[str, str](), threading.Lock()

    def show(self, ticket: str, text: str) -> None:
        from rich.text import Text

        stamp = time.strftime("%H:%M:%S")
        with self._lock:
            if ticket and not text.startswith(ENDS):
                self._lines[ticket] = f"{stamp} {ticket:<12} {text}"
            else:
                self._lines.pop(ticket, None)
                self._live.console.print(Text(f"{stamp} {ticket or 'factory':<12} {text}"))
            self._live.update(Text("\n".join(self._lines.values())), refresh=True)
