"""Items of any trade, laid out as a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.line.conftest import Shop, at, build
from tests.trades.kit import SETTINGS, TRADES, Line, Trade

__all__ = ["at"]


@pytest.fixture
def trade(request: pytest.FixtureRequest) -> Trade:
    return TRADES[request.param]


@pytest.fixture
def lay(trade: Trade, tmp_path: Path, at: Callable[[Path], Shop]) -> Callable[..., Line]:
    """lay(3, "wrong", settings=...) -> a repository with three items whose worker does that."""

    def lay_out(
        count: int = 1, worker: str = "right", *, settings: str = "", files: Mapping[str, str] = {},
        regression: str = "! grep -qs broken src/*.txt\n", at_once: int = 3,
    ) -> Line:  # fmt: skip
        shop = at(tmp_path / "shop")
        line = Line(shop, trade, tmp_path, [trade.ids.format(n=n) for n in range(1, count + 1)])
        build(
            shop.path, settings=SETTINGS.replace('[factory]', f'[factory]\nmax_workers = {at_once}') + settings, worker=line.scripted(worker), regression=regression,
            files={**trade.files(count), **files},
        )  # fmt: skip
        return line

    return lay_out
