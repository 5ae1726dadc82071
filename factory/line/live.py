"""What an attempt's program prints, while it prints: a file a room, for whoever looks. It counts for nothing; the
evidence holds what was printed in the end."""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from factory.records.redact import printable, redact

MOST = 256 << 10  # bytes of a file; then it begins anew with its last part
KEPT = 64 << 10  # bytes of that part
WINDOW, BURST = 0.2, 64 << 10  # seconds; bytes that are written at once in them, and then what is newest
ENDED = re.compile(rb"[\r\n]")


def live_path(private: Path, item: str) -> Path:
    """Where the room of an item is heard."""
    return private / "live" / f"{hashlib.sha256(item.encode()).hexdigest()[:16]}.log"


class LiveLog:
    """The file of one attempt, there for as long as it runs. Whole lines, without secrets and escape codes.

    A disk that does not take it takes nothing from the attempt."""

    def __init__(self, private: Path, item: str, secrets: tuple[str, ...]) -> None:
        self._at, self._secrets, self._held, self._size = live_path(private, item), secrets, b"", 0
        self._until, self._spent, self._torn = 0.0, 0, False

    def __enter__(self) -> LiveLog:
        with suppress(OSError):
            self._at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._at.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._at.unlink(missing_ok=True)

    def hear(self, data: bytes) -> None:
        """More of what it prints; nothing, where nothing came for a moment. Of a flood its newest lines are enough:
        looking for secrets in all of it would cost more than the attempt."""
        if self._torn and data:
            data = self._after_its_end(data)
        self._held += data
        now = time.monotonic()
        if now > self._until:
            self._until, self._spent = now + WINDOW, 0
        if not data or self._spent < BURST:
            self._spent += len(self._held)
            self._write()
        if len(self._held) > MOST:
            self._held = self._after_its_end(self._held[-KEPT:])

    def _after_its_end(self, data: bytes) -> bytes:
        """What comes behind a line of which a part was left out: the rest of it could be a secret's."""
        end = ENDED.search(data)
        self._torn = end is None
        return data[end.end() :] if end else b""

    def _write(self) -> None:
        """All lines that have ended: of any other a secret may be here in part."""
        end = max(self._held.rfind(b"\n"), self._held.rfind(b"\r")) + 1
        ended, self._held = self._held[:end], self._held[end:]
        if ended:
            text = redact(printable(ended.decode("utf-8", "replace")), self._secrets)
            with suppress(OSError):
                self._append(text.encode("utf-8", "replace"))

    def _append(self, content: bytes) -> None:
        if self._size + len(content) > MOST:
            content = _newest(self._at.read_bytes() if self._size else b"") + _newest(content)
            self._at.unlink(missing_ok=True)
            self._size = 0
        handle = os.open(self._at, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self._size += os.write(handle, content)
        finally:
            os.close(handle)


def _newest(content: bytes) -> bytes:
    """The last lines, whole."""
    return content if len(content) <= KEPT else content[-KEPT:].partition(b"\n")[2]
