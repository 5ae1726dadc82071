"""One pass over a file of any size: digest, lines, encoding. Holds a small file's content, and never a large one's."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1 << 20
HELD = 8 << 20  # bytes of a file that may be held whole, for a parser
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class Measure:
    """What a stream holds. Lengths are in bytes; a last line without its newline counts."""

    def __init__(self, stream: BinaryIO) -> None:
        self.size = self.lines = self.blank = self.longest = 0
        self.content: bytes | None = b""
        self._head = b""
        self._ascii = self._utf8 = True
        self._nul = False
        digest = hashlib.sha256()
        kept: list[bytes] = []
        decoder = codecs.getincrementaldecoder("utf-8")()
        self._open, self._open_blank = 0, True
        for chunk in chunks(stream):
            digest.update(chunk)
            self._head += chunk[: 4096 - len(self._head)]
            self.size += len(chunk)
            self._nul = self._nul or b"\0" in chunk
            self._ascii = self._ascii and chunk.isascii()
            self._decode(decoder, chunk)
            self._count(chunk)
            kept = [*kept, chunk] if self.size <= HELD else []
        self._decode(decoder, b"", final=True)
        if self._open:
            self._end_line(self._open, self._open_blank)
        self.sha256 = digest.hexdigest()
        self.content = b"".join(kept) if self.size <= HELD else None

    def _decode(self, decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> None:
        if self._utf8:
            try:
                decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self._utf8 = False

    def _count(self, chunk: bytes) -> None:
        """Counts lines; one that goes on in the next chunk is kept as a length, since it may be gigabytes long."""
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._end_line(self._open + len(part), self._open_blank and not part.strip())
            self._open, self._open_blank = 0, True
        self._open += len(rest)
        self._open_blank = self._open_blank and not rest.strip()

    def _end_line(self, length: int, blank: bool) -> None:
        self.lines += 1
        self.blank += blank
        self.longest = max(self.longest, length)

    @property
    def encoding(self) -> str:
        """A codec's name, `binary`, or `8bit` for text of which no more is known."""
        for bom, name in _BOMS:
            if self._head.startswith(bom):
                return name
        if self._nul:
            return "binary"
        if self._utf8:
            return "ascii" if self._ascii else "utf-8"
        return self._declared() or "8bit"

    def _declared(self) -> str:
        """The encoding that a Python or Emacs cookie in the first two lines names, where it fits the content."""
        for line in self._head.split(b"\n")[:2]:
            if (found := _COOKIE.match(line)) and self.content is not None:
                try:
                    name = codecs.lookup(found[1].decode()).name
                    self.content.decode(name)
                except (LookupError, ValueError):
                    return ""
                return name
        return ""

    @property
    def shebang(self) -> str:
        """The first line's interpreter, as written; empty where there is none."""
        first = self._head.split(b"\n", 1)[0]
        return first[2:].decode("utf-8", "replace").strip() if first.startswith(b"#!") else ""


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces of a megabyte."""
    while chunk := stream.read(CHUNK):
        yield chunk


def codec(encoding: str) -> str:
    """The codec for an index's encoding. Every byte is some latin-1 character, so 8bit text keeps its bytes."""
    return {"8bit": "latin-1", "ascii": "utf-8"}.get(encoding, encoding)


def sha256_of(stream: BinaryIO) -> tuple[str, int]:
    """Digest and size of a stream."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks(stream):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
