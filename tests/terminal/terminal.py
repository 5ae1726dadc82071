"""A real terminal with a program in its foreground, for tests that type at it, resize it and close it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds
CTRL_C, CTRL_Z, CTRL_S, CTRL_Q = b"\x03", b"\x1a", b"\x13", b"\x11"
FACTORY = (sys.executable, "-c", "from stampmill import main; main()")
ENTER = 'exec "$@" <"$0" >"$0" 2>&1'  # a session's leader that opens a terminal first has it as its own


class Terminal:
    """The keyboard and the screen; `child` is the program, the leader of the terminal's session."""

    def __init__(self, child: subprocess.Popen[bytes], master: int) -> None:
        self.child, self._master, self._seen = child, master, b""

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        """As a window that is shut, or a line that is cut: the kernel hangs up on the session."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    @property
    def screen(self) -> str:
        """What was shown so far, as it came."""
        while self._master >= 0 and select.select([self._master], [], [], 0)[0]:
            try:
                self._seen += os.read(self._master, 1 << 16)
            except OSError:  # nobody holds its other end any more
                break
        return self._seen.decode("utf-8", "replace")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something to be so, and read on meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while not (holds() and self.screen is not None):
            assert time.monotonic() < deadline, f"{what} never came: {self.screen}"
            assert self.child.poll() is None or holds(), f"it ended before {what}: {self.screen}"
            time.sleep(0.02)

    def says(self, words: str) -> None:
        self.until(lambda: words in self.screen, words)

    def ends(self) -> int:
        """The exit code; minus the signal's number where one ended it."""
        deadline = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            assert time.monotonic() < deadline, f"it never ended: {self.screen}"
            self.screen  # noqa: B018 (a screen that nobody reads is full at some time)
            time.sleep(0.02)
        self.screen  # noqa: B018
        return self.child.returncode


@contextmanager
def terminal(argv: Sequence[str], env: Mapping[str, str], *, rows: int = 24, columns: int = 80) -> Iterator[Terminal]:
    """`argv` in the foreground of a terminal of its own; killed at the end, if it still lives."""
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    found = ("sh", "-c", ENTER, name, *argv)
    with subprocess.Popen(found, env={**env, "PYTHONPATH": str(ROOT)}, cwd=ROOT, start_new_session=True) as child:
        at = Terminal(child, master)
        at.resize(rows, columns)
        os.close(slave)
        try:
            yield at
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            at.close()
