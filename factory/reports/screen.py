"""What moves on a terminal: the live page of `status --watch`, and a line per ticket while a run is on."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from factory.plain import printable
from factory.reports.watch import Page, fitted, page_text

if TYPE_CHECKING:
    from rich.live import Live

Show = Callable[[str, str], None]
ENDS = ("stamped", "failed", "put off", "broken off", "quarantined", "checkpoint", "taken back")
SECONDS_BETWEEN_LOOKS = 2.0
ASIDE, BACK, HOME = "\x1b[?1049h", "\x1b[?1049l", "\x1b[H"
TO_THE_END, BELOW = "\x1b[K", "\x1b[J"  # from here, what was shown before is taken away


def watch(take: Callable[[], Page], out: TextIO, times: int = 0, every: float = SECONDS_BETWEEN_LOOKS) -> None:
    """Show the page again and again, `times` or (0) until Ctrl-C, which is a good end; no other signal is."""
    try:
        if moves(out):
            _live(take, out, times, every)
        else:
            for number in _ticks(out, times, every):
                out.write(("\n" if number else "") + printable(page_text(take())) + "\n")
                out.flush()
    except KeyboardInterrupt as end:
        if end.args not in ((), (signal.SIGINT,)):
            raise


def moves(out: TextIO) -> bool:
    """Whether it is a terminal that can draw over what it shows."""
    return out.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _live(take: Callable[[], Page], out: TextIO, times: int, every: float) -> None:
    """On a screen of its own, as large as the window is then; the last page stays when it ends."""
    page = None
    out.write(ASIDE)
    try:
        for _ in _ticks(out, times, every):
            page = take()
            out.write(HOME + "".join(f"{line}{TO_THE_END}\n" for line in fitted(page, *_window(out))) + BELOW)
            out.flush()
    finally:
        out.write(BACK + (printable(page_text(page)) + "\n" if page else ""))
        out.flush()


def _window(out: TextIO) -> tuple[int, int]:
    """Columns and rows that may be written: the last of each stays free, where some terminals would move on."""
    told = shutil.get_terminal_size()  # COLUMNS and LINES, else the terminal's
    try:
        real = os.get_terminal_size(out.fileno())
    except (OSError, ValueError):
        real = told
    return max(1, min(told.columns, real.columns or 80) - 1), max(1, min(told.lines, real.lines or 24) - 1)


def _ticks(out: TextIO, times: int, every: float) -> Iterator[int]:
    number = 0
    while not getattr(out, "lost", None):  # nobody looks any more
        yield number
        number += 1
        if times and number >= times:
            return
        time.sleep(every)


@contextmanager
def board(out: TextIO, plain: Show) -> Iterator[Show]:
    """Where a run's lines go: on a terminal a live line per ticket, and what is final above them; else plain lines."""
    if not moves(out):
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
            lines = Text("\n".join(self._lines.values()), no_wrap=True, overflow="ellipsis")
            self._live.update(lines, refresh=True)
