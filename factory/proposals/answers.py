"""Answers that were paid for. The same question of the same plan is not bought again after a kill or a rate limit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from factory import files

KEPT = 500  # answers; the oldest go first


class Answers:
    """Texts by the question that they answer, in a private folder; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.reused = 0

    @staticmethod
    def key(plan: str, *question: Any) -> str:
        """Of a plan's idempotency key (its base, ticket, attempt, worker and terms) and all that is sent."""
        return hashlib.sha256(json.dumps([plan, *question], sort_keys=True, default=str).encode()).hexdigest()

    def find(self, key: str) -> str | None:
        """The answer; None where it was never bought, or is not readable."""
        if self._folder is None:
            return None
        try:
            found = (self._folder / key).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        self.reused += 1
        return found

    def keep(self, key: str, text: str) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.put(self._folder / key, text.encode())
        for old in sorted(self._folder.iterdir(), key=_age)[KEPT:]:
            old.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Newest first; another attempt may take the file away meanwhile."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
