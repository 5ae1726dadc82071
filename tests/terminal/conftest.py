"""A small repository with two tickets, made once and copied, and `factory` on it in a terminal of its own."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.line.conftest import Shop, build
from tests.line.conftest import at as at
from tests.line.conftest import make as make
from tests.line.night import FAST, SLOW
from tests.terminal.terminal import FACTORY, Terminal, terminal

TITLES = ("첫째 일: 날짜를 읽는다", "Another (둘째)")
Open = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("terminal") / "shop", *rows(), settings=FAST).path


def rows() -> list[str]:
    return [f"D-{n} {title}" for n, title in enumerate(TITLES, 1)]


@pytest.fixture
def shop(template: Path, tmp_path: Path, at: Callable[[Path], Shop]) -> Shop:
    """Its worker at D-1 waits until the file `go` is there; so do the repository's own tests, where they are asked."""
    shutil.copytree(template, tmp_path / "shop", symlinks=True)
    shop = at(tmp_path / "shop")
    shop.git("update-index", "-q", "--refresh")  # a copy has other times
    shop.commit({"tools/worker.sh": SLOW.replace("@GO@", str(tmp_path / "go"))})
    return shop


@pytest.fixture
def opened(shop: Shop, tmp_path: Path) -> Open:
    """opened("run") -> a terminal with that command in it; with a worker, once the worker works."""

    @contextmanager
    def open_it(*words: str, ignored: tuple[signal.Signals, ...] = (), **kinds: Any) -> Iterator[Terminal]:
        argv = [*FACTORY, *words, "--repo", str(shop.path)]
        if ignored:
            argv = ["sh", "-c", f'trap "" {" ".join(str(int(n)) for n in ignored)}; exec "$@"', "sh", *argv]
        env = {"TERM": "xterm", **os.environ, **kinds.pop("env", {})}
        with terminal(argv, env, **kinds) as found:
            if words[0] == "run":
                found.until((tmp_path / "go.waits").exists, "the worker's start")
            yield found

    return open_it


@pytest.fixture
def go(tmp_path: Path) -> Callable[[], None]:
    """Lets the worker go on."""
    return (tmp_path / "go").touch
