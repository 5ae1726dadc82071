"""What Ctrl-C, a closed terminal and a polite kill do to a command: each is an end with exit code 130."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from factory.faces.cli.terminal import say

Handler = Callable[[int, Any], None]
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ends_at_once(ending: threading.Event) -> Iterator[None]:
    """Any of them ends the command, and what it has running, now. For every command that takes no better care."""

    def end(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(number)

    # Where a background run writes to a terminal that minds (`stty tostop`), it would stand still until it is fetched.
    with _taken((signal.SIGTTOU,), signal.SIG_IGN), _taken(ENDS, end), _heard(lambda _: ending.set()):
        try:
            yield
        finally:
            ending.clear()


@contextmanager
def interrupts(end: Callable[[bool], None]) -> Iterator[None]:
    """Ctrl-C once, or a closed terminal: finish what runs. Ctrl-C twice, or a polite kill: stop now. `end`: whether
    now."""
    asked = 0

    def once(number: int) -> None:
        nonlocal asked
        asked += number == signal.SIGINT  # a shell passes a hang-up on, so that it comes twice
        now = asked > 1 or number == signal.SIGTERM
        end(now)
        say("stopping now" if now else "finishing what runs; Ctrl-C again stops now")

    with _taken(ENDS, lambda *_: None), _heard(once):
        yield


@contextmanager
def deaf() -> Iterator[None]:
    """Nothing of the kind is heard: what the command did is told, whatever comes."""
    with _taken(ENDS, signal.SIG_IGN):
        yield


@contextmanager
def _heard(act: Callable[[int], None]) -> Iterator[None]:
    """Each of them is acted on in a thread of its own.

    The main thread may hold the very locks that acting needs; and one that comes just before it waits for a lock is
    not seen there until it has it.
    """
    if not _main():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def listen() -> None:
        while numbers := os.read(reader, 64):
            for number in filter(ENDS.__contains__, numbers):
                act(number)

    thread = threading.Thread(target=listen, name="signals", daemon=True)
    thread.start()
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writer)
        thread.join()
        os.close(reader)


@contextmanager
def _taken(numbers: tuple[signal.Signals, ...], handler: Handler | signal.Handlers) -> Iterator[None]:
    """With this handler; what the caller has the program ignore (nohup, a script's `&`) stays ignored."""
    if not _main():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers if not _is_ignored(number)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _is_ignored(number: signal.Signals) -> bool:
    """Not by a Ctrl-C that a program above left ignored, where a person sits at the keyboard."""
    if signal.getsignal(number) is not signal.SIG_IGN:
        return False
    return number != signal.SIGINT or not os.isatty(0)
