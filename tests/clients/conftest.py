"""The shops of the line, and an environment in which the real agents are found."""

from __future__ import annotations

import os

import pytest

from tests.clients.client import FOLDERS, KEY
from tests.line.conftest import at, make

__all__ = ["at", "make"]


@pytest.fixture(autouse=True)
def _agents_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join(filter(None, [FOLDERS, os.environ["PATH"]])))
    for name in ("GEMINI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, KEY)
