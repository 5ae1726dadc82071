"""What all watchers share: one look at the repository, made once for all of them, and the word that it is new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from markupsafe import Markup

from factory.desk.panes.incident import Alarms
from factory.desk.panes.watch import Sighting, Watch
from factory.errors import FactoryError
from factory.faces.web.drawing import NewsLines, known, piece, values
from factory.model import Event

LOOK = 0.004  # seconds between two looks at the names of refs, where somebody watches
REST = 0.1  # and where nobody does
APART = 0.25  # seconds between two looks at the whole, at least
SHARE = 8  # and so many times as long as one takes: what is new is heard at once all the same
ASK = 1.0  # second between two looks whether a run that was on is dead
IDLE = 15.0  # seconds after which the whole is looked at again though nothing moved, where somebody watches
Piece = tuple[str, str]  # its name, and the language that was asked for


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
        self.kept: dict[Piece, tuple[int, Markup]] = {}  # what was made of which look
        self._news: dict[str, tuple[tuple[int, int], Markup, NewsLines]] = {}  # by language
        self._used: set[Piece] = set()  # since the last look
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

    def drawn(self, name: str, language: str) -> Markup:
        """The ribbon or a pane of the last look, made once for all who watch it."""
        key = (name, known(language))
        self._used.add(key)
        made, text = self.kept.get(key, (-1, Markup("")))
        if made != self.looked:
            text = piece(self.sighting, self.fault, *key)
            self.kept[key] = (self.looked, text)
        return text

    def told(self, language: str) -> Markup:
        """The last events, made once for all who watch them."""
        asked = known(language)
        made, text, drawing = self._news.get(asked) or ((-1, -1), Markup(""), NewsLines(asked))
        if made != (now := (self.heard, self.looked)):
            text = drawing.draw(self.sighting, self.news)
            self._news[asked] = (now, text, drawing)
        return text

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
            await asyncio.sleep(LOOK if self.watchers else REST)

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
            used, self._used = self._used, set()
            found, drawn = await asyncio.to_thread(self._seen, used)
            self.sighting, self.fault = found, ""  # its news may be older than what was heard meanwhile
            self.kept = {key: (self.looked + 1, text) for key, text in drawn.items()}
        except (FactoryError, OSError, KeyError) as error:
            self.fault = str(error)
        self._at = time.monotonic()
        self._took = self._at - began
        self.looked += 1
        self._first.set()
        await self._tell()

    def _seen(self, used: set[Piece]) -> tuple[Sighting, dict[Piece, Markup]]:
        """A look, and what the pages that are open will want of it: made here, for nobody hears of an event while
        the loop draws."""
        found = self.watch.look()
        made_of = values(found, {name for name, _ in used})
        return found, {key: piece(found, "", *key, made_of[key[0]]) for key in used}

    _at = _took = _asked = 0.0
