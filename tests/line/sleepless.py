"""`factory run --until` and `--forever` in this process, with a clock that sleeps at once; workers can let time pass."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from factory.clock import Clock
from factory.errors import FactoryError, Interrupted
from factory.line import shift
from factory.line.forever import Forever
from factory.line.house import House
from factory.line.opening import furnished, hold
from factory.line.until import Until
from factory.model import Progress
from tests.line.conftest import Shop


@dataclass
class Ended:
    """How a run ended, and what it said."""

    code: int
    said: str
    stamped: int = 0


class Sleepless(Clock):
    """A clock that stands still but for what is slept, and what a worker lets pass. `meanwhile` is called in each
    sleep, and may commit, or call `stop`."""

    def __init__(self, kept: Path, begins: float = 1_795_900_000.0) -> None:
        kept.mkdir(exist_ok=True)
        self._passed, self._time = kept / "passed", begins
        self.slept: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.stop: Callable[[], None] = lambda: None
        self.heard: Callable[[Progress], None] = lambda _: None
        self.opening: Callable[[], None] = lambda: None  # before each shift gets its tools

    def now(self) -> float:
        return self._time + (self._passed.stat().st_size if self._passed.exists() else 0)

    def passes(self, seconds: int) -> str:
        """A line of shell that lets so much time pass: a second a byte, so that two at once add up."""
        return f"head -c {seconds} /dev/zero >> {self._passed}\n"

    def set(self, now: float) -> None:
        """The clock is set."""
        self._time += now - self.now()

    def sleep(self, seconds: float, wake: Any = None) -> None:
        assert len(self.slept) < 3_000, "it never ends"
        self.slept.append(seconds)
        self._time += seconds
        self.meanwhile()

    def run(self, shop: Shop, *, until: str = "", forever: bool = False) -> Ended:
        """As the command does it."""
        lines = list[str]()

        def say(now: Progress) -> None:
            lines.append(f"{now.item}: {now.text}")
            self.heard(now)

        try:
            with self._tools(shop, until, say) as tools:
                if forever:
                    on = Forever(tools)
                    self.stop = lambda: on.end(Interrupted("interrupted"), False)
                    ended = on.run()
                else:
                    with tools() as house:
                        ended = shift.run(house)
        except FactoryError as error:
            return Ended(int(error.exit), "\n".join([*lines, str(error)]))
        return Ended(int(ended.exit), "\n".join([*lines, ended.reason]), ended.stamped)

    @contextmanager
    def _tools(self, shop: Shop, until: str, say: Callable[[Progress], None]) -> Iterator[Any]:
        environ = dict(os.environ)
        with hold(shop.path, environ) as repo:
            at = Until(until, ZoneInfo("Asia/Seoul"), self.now()) if until else None
            tools = partial(furnished, repo, environ, clock=self, say=say, working=True, until=at)

            def opened() -> AbstractContextManager[House]:
                self.opening()
                return tools()

            yield opened
