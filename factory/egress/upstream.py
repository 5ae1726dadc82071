"""The proxy's own side: one connection to the provider, and its answer piece by piece within the limits."""

from __future__ import annotations

import contextlib
import functools
import http.client
import ssl
import time
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from factory.egress.providers import Provider

PIECE = 65536


class AnswerLimits(Protocol):
    """The limits that hold here; seconds and bytes."""

    @property
    def connect_seconds(self) -> float: ...
    @property
    def idle_seconds(self) -> float: ...
    @property
    def call_seconds(self) -> float: ...
    @property
    def answer_bytes(self) -> int: ...


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def prefix(base: str) -> str:
    """The path that stands before every request's, where the upstream is not at its host's root."""
    return urllib.parse.urlsplit(base).path.rstrip("/")


def connect(base: str, limits: AnswerLimits) -> http.client.HTTPConnection:
    """An open connection. OSError where there is none within `connect_seconds`."""
    at = urllib.parse.urlsplit(base)
    host, seconds = at.hostname or "", limits.connect_seconds
    connection = (
        http.client.HTTPSConnection(host, at.port, timeout=seconds, context=_tls())
        if at.scheme == "https"
        else http.client.HTTPConnection(host, at.port, timeout=seconds)
    )
    connection.connect()
    connection.sock.settimeout(min(limits.idle_seconds, limits.call_seconds))
    return connection


def headers(provider: Provider, key: str, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is sent: the listed ones of the room's, the real key, and a wish for an answer that is not packed."""
    name, before = provider.auth
    kept = {k: v for k, v in given if k.lower() in provider.headers}
    return {**kept, "content-type": "application/json", "accept-encoding": "identity", name: before + key}


def pieces(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, limits: AnswerLimits, started: float
) -> Iterator[bytes]:
    """The answer as it comes, unpacked. Raises OSError, HTTPException or zlib.error where it is cut short,
    too large or too slow; `started` is the monotonic time of the request."""
    encoding = answer.getheader("content-encoding") or "identity"
    if encoding not in ("identity", "gzip"):
        raise http.client.HTTPException(f"an answer in {encoding}")
    unzip = zlib.decompressobj(31) if encoding == "gzip" else None
    expected, left, socket = answer.length, limits.answer_bytes, connection.sock
    while piece := answer.read1(PIECE):
        expected = None if expected is None else expected - len(piece)
        piece = unzip.decompress(piece, left + 1) if unzip else piece
        left -= len(piece)
        if left < 0:
            raise http.client.HTTPException("too large an answer")
        if piece:
            yield piece
        remaining = started + limits.call_seconds - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("too long an answer")
        with contextlib.suppress(OSError):  # closed already, where this was the last piece
            socket.settimeout(min(limits.idle_seconds, remaining))
    if expected:
        raise http.client.IncompleteRead(b"", expected)
