"""A console on a repository of tickets and cards, asked by a client in the same process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from factory.desk.panes.watch import Watch
from factory.faces.web.app import make_app
from factory.faces.web.console import Console
from tests.desk.conftest import at, make, make_day, mixed

__all__ = ["at", "make", "make_day", "mixed"]

Served = Callable[[Path], TestClient]


@pytest.fixture
def served() -> Iterator[Served]:
    """served(path) -> a client of the console there."""
    with ExitStack() as stack:

        def start(path: Path) -> TestClient:
            watch = Watch(path)
            stack.callback(watch.close)
            client = TestClient(make_app(Console(watch)), base_url="http://127.0.0.1:8137")
            return stack.enter_context(client)

        yield start
