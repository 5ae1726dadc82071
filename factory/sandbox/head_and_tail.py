"""What is kept of a stream that may be endless."""

from __future__ import annotations


class HeadAndTail:
    """The head and the tail of a stream, `cap` bytes together; the middle is counted and dropped."""

    def __init__(self, cap: int) -> None:
        self._half = max(1, cap // 2)
        self._head, self._tail, self._dropped = bytearray(), bytearray(), 0

    def add(self, data: bytes) -> None:
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > 2 * self._half:  # trimmed rarely, so that a flood costs one copy a half
            self._trim()

    def _trim(self) -> None:
        over = len(self._tail) - self._half
        if over > 0:
            self._dropped += over
            del self._tail[:over]

    def value(self) -> bytes:
        self._trim()
        mark = b"\n[... %d bytes left out ...]\n" % self._dropped if self._dropped else b""
        return bytes(self._head + mark + self._tail)
