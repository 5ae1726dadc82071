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

from factory.desk.status_words import words_of
from factory.faces.cli.terminal import line_of
from factory.faces.cli.watch import fitted, page_text
from factory.model import Progress
from factory.plain import printable

if TYPE_CHECKING:
    from rich.live import Live

    from factory.desk.snapshot import Snapshot

Show = Callable[[Progress], None]
PASSING = ("works", "gate")  # what is shown while it lasts; all else stays
ENDS = ("stamped", "failed", "put_off", "broken_off", "quarantined")  # what an attempt ends by
SECONDS_BETWEEN_LOOKS = 2.0
ASIDE, BACK, HOME = "\x1b[?1049h", "\x1b[?1049l", "\x1b[H"
TO_THE_END, BELOW = "\x1b[K", "\x1b[J"  # from here, what was shown before is taken away


def watch(
    take: Callable[[], Snapshot],
    out: TextIO,
    times: int = 0,
    every: float = SECONDS_BETWEEN_LOOKS,
    language: str = "",
) -> None:
    """Show the page again and again, `times` or (0) until Ctrl-C, which is a good end; no other signal is."""
    try:
        if moves(out):
            _live(take, out, times, every, language)
        else:
            for number in _ticks(out, times, every):
                page = take()
                text = page_text(page, words_of(language or page.language))
                out.write(("\n" if number else "") + printable(text) + "\n")
                out.flush()
    except KeyboardInterrupt as end:
        if end.args not in ((), (signal.SIGINT,)):
            raise


def moves(out: TextIO) -> bool:
    """Whether it is a terminal that can draw over what it shows."""
    return out.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _live(take: Callable[[], Snapshot], out: TextIO, times: int, every: float, language: str) -> None:
    """On a screen of its own, as large as the window is then; the last page stays when it ends."""
    page = None
    out.write(ASIDE)
    try:
        for _ in _ticks(out, times, every):
            page = take()
            lines = fitted(page, *_window(out), words_of(language or page.language))
            out.write(HOME + "".join(f"{line}{TO_THE_END}\n" for line in lines) + BELOW)
            out.flush()
    finally:
        last = page_text(page, words_of(language or page.language)) + "\n" if page else ""
        out.write(BACK + printable(last))
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

    def show(self, now: Progress) -> None:
        from rich.text import Text

        with self._lock:
            if now.kind == "checkpoint":
                self._lines.clear()
            elif now.kind in ENDS:
                self._lines.pop(now.item, None)
            if passing := bool(now.item) and now.kind in PASSING:
                self._lines[now.item] = line_of(now)
            lines = Text("\n".join(self._lines.values()), no_wrap=True, overflow="ellipsis")
            self._live.update(lines, refresh=True)
            if not passing:
                self._live.console.print(Text(line_of(now)))  # above them
