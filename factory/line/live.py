"""What an attempt's program prints, while it prints: a file a room, for whoever looks. It counts for nothing; the
evidence holds what was printed in the end."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from factory.records.redact import printable, redact

MOST = 256 << 10  # bytes of a file; then it begins anew with its last part
KEPT = 64 << 10  # bytes of that part
LINE = 16 << 10  # bytes after which a line that has not ended is written all the same


def live_path(private: Path, item: str) -> Path:
    """Where the room of an item is heard."""
    return private / "live" / f"{hashlib.sha256(item.encode()).hexdigest()[:16]}.log"


class LiveLog:
    """The file of one attempt, there for as long as it runs. Whole lines, without secrets and escape codes.

    A disk that does not take it takes nothing from the attempt."""

    def __init__(self, private: Path, item: str, secrets: tuple[str, ...]) -> None:
        self._at, self._secrets, self._left, self._size = live_path(private, item), secrets, b"", 0

    def __enter__(self) -> LiveLog:
        with suppress(OSError):
            self._at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._at.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._at.unlink(missing_ok=True)

    def hear(self, data: bytes) -> None:
        """More of what it prints."""
        whole, ended, rest = (self._left + data).rpartition(b"\n")
        if len(rest) > LINE:
            whole, ended, rest = whole + ended + rest, b"\n", b""
        self._left = rest
        if whole or ended:
            text = redact(printable((whole + ended).decode("utf-8", "replace")), self._secrets)
            with suppress(OSError):
                self._append(text.encode("utf-8", "replace"))

    def _append(self, content: bytes) -> None:
        if self._size + len(content) > MOST:
            content = (self._at.read_bytes() if self._size else b"")[-KEPT:].partition(b"\n")[2] + content[-KEPT:]
            self._at.unlink(missing_ok=True)
            self._size = 0
        handle = os.open(self._at, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self._size += os.write(handle, content)
        finally:
            os.close(handle)
