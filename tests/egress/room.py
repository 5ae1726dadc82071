"""What a room does, for tests: plain HTTP over the proxy's unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, at: Path) -> None:
        super().__init__("room", timeout=20)
        self._at = at

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self._at))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    at: Path, path: str, body: dict[str, Any] | bytes | None = None, method: str = "POST", **headers: str
) -> Answer:
    """One request. Raises HTTPException where the answer is cut short."""
    connection = UnixConnection(at)
    raw = json.dumps(body).encode() if isinstance(body, dict) else body
    try:
        connection.request(method, path, raw, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()
