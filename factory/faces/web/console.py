"""What all watchers share: one look at the repository, made once for all of them, and the word that it is new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from factory.desk.panes.incident import Alarms
from factory.desk.panes.watch import Sighting, Watch
from factory.errors import FactoryError
from factory.model import Event

LOOK = 0.015  # seconds between two looks at the names of refs
APART = 0.25  # seconds between two looks at the whole, at least
SHARE = 8  # and so many times as long as one takes: what is new is heard at once all the same
ASK = 1.0  # second between two looks whether a run that was on is dead
IDLE = 15.0  # seconds after which the whole is looked at again though nothing moved, where somebody watches


class Console:
    """The state of the process: what was seen last. All of it can be made anew at any moment."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.alarms = Alarms(watch.path, watch.clock)
        self.sighting: Sighting | None = None
        self.fault = ""  # why there is no newer one
        self.news: tuple[Event, ...] = ()
        self.heard = self.looked = 0  # how often there was something new
        self.watchers = 0
        self.drawn: dict[Any, tuple[int, str]] = {}  # what was made of the last look, by what it is
        self._changed = asyncio.Condition()
        self._first = asyncio.Event()
        self._ended = False

    async def first(self) -> Sighting | None:
        """The last look, as soon as there is one; None where main cannot be read (`fault` says why)."""
        await self._first.wait()
        return self.sighting

    @property
    def ready(self) -> bool:
        return self.sighting is not None

    async def change(self, heard: int, looked: int, wait: float) -> None:
        """Return when there is more than that, or after a time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait), self._changed:
                await self._changed.wait_for(lambda: (self.heard, self.looked) != (heard, looked) or self._ended)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """For as long as the application runs."""
        work = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._ended = True
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _watch(self) -> None:
        signs, due, look = None, 0.0, asyncio.create_task(self._look())
        while True:
            if (now := self.watch.signs()) != signs:
                signs, due = now, due or time.monotonic()
                await self._hear()
            if look.done():
                look.result()
                idle = self.watchers and time.monotonic() - self._at > IDLE
                if (due or idle or self._killed()) and time.monotonic() - self._at >= max(APART, SHARE * self._took):
                    due, look = 0.0, asyncio.create_task(self._look())
            await asyncio.sleep(LOOK)

    def _killed(self) -> bool:
        """Whether a run was on at the last look, and is not now: asked once a second."""
        if self.sighting is None or self.sighting.seen.state != "RUNNING" or time.monotonic() < self._asked + ASK:
            return False
        self._asked = time.monotonic()
        return not self.watch.runs()

    async def _hear(self) -> None:
        with suppress(FactoryError, OSError, KeyError):
            news = await asyncio.to_thread(self.watch.hear)
            if news != self.news:
                self.news, self.heard = news, self.heard + 1
                await self._tell()

    async def _look(self) -> None:
        began = time.monotonic()
        try:
            found = await asyncio.to_thread(self.watch.look)
            self.sighting, self.fault, self.news = found, "", found.recent
        except (FactoryError, OSError, KeyError) as error:
            self.fault = str(error)
        self._at = time.monotonic()
        self._took = self._at - began
        self.looked += 1
        self._first.set()
        await self._tell()

    _at = _took = _asked = 0.0
