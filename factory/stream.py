"""Stdout and stderr as the factory writes to them: a screen that is gone, full or held stops nothing."""

from __future__ import annotations

import errno
import io
import os
import queue
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from factory.plain import cells

MOST = 10_000  # writes that may wait for a screen; what comes then is dropped
PATIENCE = 3.0  # seconds at the end for what still waits
NOBODY = frozenset({errno.EPIPE, errno.EIO, errno.EBADF, errno.ENXIO})  # who read it has left


class Stream(io.TextIOBase):
    """Takes every write. What its encoding lacks is replaced, what cannot be written is dropped and known by `lost`."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream, self._lock = stream, threading.Lock()
        self._encoding = (stream and stream.encoding) or "utf-8"
        self.lost: OSError | None = None  # the first write that failed
        self.beside: threading.Thread | None = None  # writes what waits, where the program does not wait for the screen
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST)
        self._fd = -1
        with suppress(AttributeError, OSError, ValueError):
            self._fd = stream.fileno() if stream else -1

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._fd >= 0 and os.isatty(self._fd)

    def fileno(self) -> int:
        if self._fd < 0:
            raise io.UnsupportedOperation("fileno")
        return self._fd

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        data = encoded(text, self._encoding)
        if self.beside is None:
            self._put(data)
        else:
            with suppress(queue.Full):
                self._waiting.put_nowait(data)
        return len(text)

    def wait_no_more(self) -> None:
        """From here on no write waits: Ctrl-S, a line that is cut, a reader that sleeps hold up the screen alone."""
        if self.beside is None and self._fd >= 0:
            self.beside = threading.Thread(target=self._catch_up, name="screen", daemon=True)
            self.beside.start()

    def end(self) -> None:
        """Write what still waits, where that takes no longer than a moment."""
        if self.beside is not None:
            with suppress(queue.Full):
                self._waiting.put(None, timeout=PATIENCE)
            self.beside.join(PATIENCE)

    def _catch_up(self) -> None:
        while (data := self._waiting.get()) is not None:
            self._put(data)

    def _put(self, data: bytes) -> None:
        with self._lock:
            try:
                self._write(data)
            except (OSError, ValueError) as error:  # ValueError: somebody closed it
                self.lost = self.lost or (error if isinstance(error, OSError) else OSError(errno.EBADF, str(error)))

    def _write(self, data: bytes) -> None:
        if self._fd < 0:
            if self._stream is not None:
                self._stream.write(data.decode(self._encoding))
                self._stream.flush()
            return
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:  # another program made it so; it is one and the same pipe
                select.select([], [self._fd], [])


def encoded(text: str, encoding: str) -> bytes:
    """Text as bytes; a letter that the encoding lacks becomes question marks, as wide as it is."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(c if _has(encoding, c) else "?" * cells(c) for c in text).encode(encoding, "replace")


def _has(encoding: str, letter: str) -> bool:
    try:
        return bool(letter.encode(encoding))
    except UnicodeEncodeError:
        return False


@contextmanager
def streams() -> Iterator[tuple[Stream, Stream]]:
    """Stdout and stderr are such streams while the block runs."""
    _stand_in()
    before = sys.stdout, sys.stderr
    out, err = Stream(sys.stdout), Stream(sys.stderr)
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        out.end()
        err.end()
        sys.stdout, sys.stderr = before


def _stand_in() -> None:
    """Put /dev/null where stdin, stdout or stderr are closed: the next file that is opened would be taken for them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def wait_no_more() -> None:
    """For a command that works: the screen is no reason to stop it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Stream):
            stream.wait_no_more()
