"""The body of a request from a room: read within a cap, and understood. A room may send anything."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Protocol

DEEPEST = 100  # levels; the agents' own requests have some twenty


class Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...


class Denied(Exception):
    """The proxy's own answer to a request."""

    def __init__(self, status: int, why: str) -> None:
        self.status, self.why = status, why
        super().__init__(why)


def read_body(file: Any, headers: Headers, cap: int) -> bytes:
    """The whole body, unpacked. Denied where it is larger than `cap` bytes, cut short, or in no way that we read."""
    try:
        raw = _chunks(file, cap) if headers.get("transfer-encoding") else _counted(file, headers, cap)
    except OSError as error:
        raise Denied(408, "the body did not come") from error
    match (headers.get("content-encoding") or "identity").lower():
        case "identity":
            return raw
        case "gzip":
            return _unzipped(raw, cap)
        case other:
            raise Denied(415, f"a body in {other[:20]!r} is not read")


def _counted(file: BinaryIO, headers: Headers, cap: int) -> bytes:
    text = headers.get("content-length") or "0"
    size = int(text) if re.fullmatch(r"\d{1,12}", text) else -1
    if size < 0:
        raise Denied(400, "a broken content-length")
    if size > cap:
        raise Denied(413, f"a body over {cap} bytes")
    return _exactly(file, size)


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise Denied(400, "the body was cut short")
    return found


def _chunks(file: BinaryIO, cap: int) -> bytes:
    out = bytearray()
    while True:
        head = file.readline(100).split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", head):
            raise Denied(400, "a broken chunk")
        size = int(head, 16)
        if len(out) + size > cap:
            raise Denied(413, f"a body over {cap} bytes")
        if size == 0:
            file.readline(100)
            return bytes(out)
        out += _exactly(file, size)
        file.readline(10)


def _unzipped(raw: bytes, cap: int) -> bytes:
    unzip = zlib.decompressobj(31)
    try:
        out = unzip.decompress(raw, cap + 1)
    except zlib.error as error:
        raise Denied(400, "a broken gzip body") from error
    if len(out) > cap:
        raise Denied(413, f"a body over {cap} bytes")
    return out


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def read_document(raw: bytes) -> Mapping[str, Any]:
    """The body as a JSON object; anything else is Denied."""
    try:
        found = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Denied(400, "the body is no JSON") from error
    if not isinstance(found, Mapping):
        raise Denied(400, "the body is no JSON object")
    if _is_deeper(found, DEEPEST):
        raise Denied(400, f"the body is nested deeper than {DEEPEST} levels")
    return found


def _is_deeper(document: Any, most: int) -> bool:
    level = [document]
    for _ in range(most):
        level = [value for each in level for value in _inside(each) if isinstance(value, (dict, list))]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def model_of(path: str, document: Mapping[str, Any]) -> str:
    """The model that is asked: from the path where the provider puts it there, else from the body."""
    if found := re.search(r"/models/([^/:]+):", path):
        return found[1]
    return str(document.get("model") or "")
