"""What an attempt's conversation was, told to its evidence while it goes on: the requests, and all that was said."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from factory.records.evidence import REQUESTS
from factory.records.exchanges import MESSAGES, Exchange, written
from factory.records.redact import secret_values


class Telling:
    """Each question with what came of it, and each request that was made for one; in their order."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.lines: list[dict[str, str | int | float]] = []

    def asked(self, url: str, request: dict[str, Any]) -> None:
        """A question, before anything becomes of it."""
        self.exchanges.append(Exchange(time=round(time.time(), 3), url=url, request=request))

    def came(self, **more: Any) -> None:
        """What became of the last question; nothing where none was asked."""
        if self.exchanges:
            self.exchanges[-1] = self.exchanges[-1].model_copy(update=more)

    def passed(self, path: str, status: int, seconds: float, model: str) -> None:
        """A request was made: a line of the evidence, as the proxy writes it of what leaves a room."""
        at = {"time": round(time.time(), 3), "seconds": round(seconds, 3)}
        self.lines.append({**at, "method": "POST", "path": path, "status": status, "model": model})
        self.came(status=status)

    def cost(self, since: int, counts: Mapping[str, int | float]) -> None:
        """Tokens and dollars of the last question, and of the requests since that one."""
        for line in self.lines[since:]:
            line.update(counts)
        self.came(**counts)

    def files(self) -> dict[str, bytes]:
        """Of the evidence: the requests with their times and prices, and all that was said."""
        lines = "".join(f"{json.dumps(line)}\n" for line in self.lines).encode()
        said = written(self.exchanges, secret_values(os.environ))
        return {name: content for name, content in ((REQUESTS, lines), (MESSAGES, said)) if content}
