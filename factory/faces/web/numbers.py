"""`/metrics`: every number as Prometheus reads it. What one scrape read, the next one need not read again."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from factory.desk.metrics import NOTHING, page
from factory.errors import FactoryError
from factory.faces.web.pages import console_of

TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Scraped:
    """What the last scrape read; one scrape at a time."""

    def __init__(self) -> None:
        self._numbers, self._one = NOTHING, asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The page; 503 with the reason where main cannot be read."""
        watch = console_of(request).watch
        async with self._one:
            try:
                found = await run_in_threadpool(page, watch.path, watch.clock(), self._numbers)
            except (FactoryError, OSError) as error:
                return PlainTextResponse(f"{error}\n", 503)
            self._numbers = found.numbers
        return PlainTextResponse(found.text, media_type=TEXT)
