"""A repository with tickets and cards: done, failed, blocked, waiting and not released."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.line.conftest import RIGHT, Shop, at, make
from tests.trucks.conftest import SETTINGS, MakeDay, make_day
from tests.trucks.test_failures import GOOD_AND_BAD, NO_PRINTS

__all__ = ["at", "make", "make_day"]

WORKER = f'[ "$FACTORY_TICKET" != D-2 ] || exit 1\n{RIGHT}'
TICKETS = ("D-1 One", "D-2 Two", "D-3 Three | D-2", "D-4 Four")

Mixed = Callable[..., Shop]


@pytest.fixture
def mixed(make_day: MakeDay) -> Mixed:
    """mixed() -> D-1 would be stamped and D-2 fail, D-3 waits for D-2, D-4 is PLANNED; of the cards one fails."""

    def build(**more: object) -> Shop:
        return make_day(
            NO_PRINTS, files=GOOD_AND_BAD, tickets=TICKETS, settings=SETTINGS, worker=WORKER, planned=("D-4",), **more
        )

    return build
