"""Sizes of what is kept: a file, and the files of an attempt."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

FILE_CAP = 1 << 20  # bytes
ATTEMPT_CAP = 5 << 20  # bytes, over all files of one attempt
NOTE = 200  # bytes kept free for the line that says what was left out
_TEXT_BYTES = bytes(range(0x20, 0x100)) + b"\t\n\r\f\b\x1b\x07"


def is_binary(content: bytes) -> bool:
    """A zero byte, or more control bytes than text has, in the first 64 KiB."""
    sample = content[:65536]
    return b"\0" in content or len(sample.translate(None, _TEXT_BYTES)) * 20 > len(sample) or _undecodable(sample)


def _undecodable(sample: bytes) -> bool:
    return sample.decode("utf-8", "replace").count("\ufffd") * 5 > len(sample)


def cap(content: bytes, limit: int = FILE_CAP) -> bytes:
    """The content in at most `limit` bytes: head and tail with a line between that says what is missing.

    Binary content becomes one line with its size and digest. Redact first: a secret cut in two is seen by nobody.
    """
    if is_binary(content):
        return f"[binary: {len(content)} bytes, sha256 {_digest(content)}]\n".encode()[: max(limit, 0)]
    if len(content) <= limit:
        return content
    room = max(limit - NOTE, 0)
    head = _whole_characters(content[: room // 2])
    tail = _whole_characters(content[len(content) - (room - room // 2) :])
    left_out = len(content) - len(head) - len(tail)
    note = f"\n[{left_out} of {len(content)} bytes left out here; sha256 of the whole: {_digest(content)}]\n"
    return (head + note.encode() + tail)[: max(limit, 0)]


def cap_all(files: Mapping[str, bytes], limit: int = ATTEMPT_CAP) -> dict[str, bytes]:
    """Every file capped, and all together in at most `limit` bytes: small ones stay whole, large ones share."""
    capped = {name: cap(content) for name, content in files.items()}
    share = _share(sorted(map(len, capped.values())), limit)
    return {name: cap(files[name], min(FILE_CAP, share)) if len(c) > share else c for name, c in capped.items()}


def _share(sizes: list[int], limit: int) -> int:
    """The largest size that every file may have so that the sum stays within the limit."""
    for i, size in enumerate(sizes):
        fair = limit // (len(sizes) - i)
        if size > fair:
            return fair
        limit -= size
    return FILE_CAP


def _whole_characters(piece: bytes) -> bytes:
    """Without the bytes of a UTF-8 character that was cut in two at either end."""
    start = next((i for i in range(min(4, len(piece))) if piece[i] & 0xC0 != 0x80), 0)
    for back in range(1, min(4, len(piece)) + 1):
        if piece[-back] >= 0xC0:
            length = 2 + (piece[-back] >= 0xE0) + (piece[-back] >= 0xF0)
            return piece[start : len(piece) - back] if back < length else piece[start:]
        if piece[-back] < 0x80:
            break
    return piece[start:]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
