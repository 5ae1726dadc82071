"""Repositories whose runs tell somebody: a program that keeps what it was told, or a server on this machine."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.line.conftest import SETTINGS, at, make

__all__ = ["at", "make"]

KEEP = """#!/bin/sh
{ printf '== %s %s\\n' "$FACTORY_NOTICE_EVENT" "$FACTORY_NOTICE_PRIORITY"; cat; } >> "@BOOK@"
"""


@dataclass(frozen=True)
class Told:
    """One message as it came."""

    event: str
    urgency: str
    title: str
    text: str


@dataclass(frozen=True)
class Ear:
    """A receiver that is a program."""

    program: Path
    book: Path

    @property
    def url(self) -> str:
        return f"command:{self.program}"

    def heard(self) -> list[Told]:
        """What it was told, oldest first."""
        text = self.book.read_text(encoding="utf-8") if self.book.exists() else ""
        found = []
        for part in text.split("== ")[1:]:
            head, title, _, *lines = part.splitlines()
            found.append(Told(*head.split(" "), title, "\n".join(lines)))
        return found

    def events(self) -> list[str]:
        return [one.event for one in self.heard()]


@pytest.fixture
def ear(tmp_path: Path) -> Ear:
    """A receiver that keeps what it is told."""
    found = Ear(tmp_path / "ear.sh", tmp_path / "ear.book")
    found.program.write_text(KEEP.replace("@BOOK@", str(found.book)))
    found.program.chmod(0o755)
    return found


def settings(url: str, events: str = "", more: str = "") -> str:
    wanted = f", events = {events}" if events else ""
    return f"{SETTINGS}{more}\n[notify]\nphone = {{url = {json.dumps(url)}{wanted}}}\n"


class Web(http.server.ThreadingHTTPServer):
    """What was posted to this machine's own server, and what it answers."""

    daemon_threads = True

    def __init__(self, status: int, answers: int | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.answers, self.came = status, answers, list[dict[str, str]]()
        self.closing = threading.Event()

    @property
    def at(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Web

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.came.append(json.loads(body))
        if self.server.answers is not None and len(self.server.came) > self.server.answers:
            self.server.closing.wait(60)
            return
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()


@contextmanager
def web(status: int = 200, *, answers: int | None = None) -> Iterator[Web]:
    """A server that takes JSON; `answers`: so many, and then it hangs."""
    server = Web(status, answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


Make = Callable[..., object]
