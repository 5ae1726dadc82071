"""What an attempt's conversation was, told to its evidence while it goes on."""

from __future__ import annotations

import time
from typing import Any

from factory.records.exchanges import Exchange


class Telling:
    """Each question with what came of it, in their order."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def asked(self, url: str, request: dict[str, Any]) -> None:
        """A question, before anything becomes of it."""
        self.exchanges.append(Exchange(time=round(time.time(), 3), url=url, request=request))

    def came(self, **more: Any) -> None:
        """What became of the last question; nothing where none was asked."""
        if self.exchanges:
            self.exchanges[-1] = self.exchanges[-1].model_copy(update=more)
