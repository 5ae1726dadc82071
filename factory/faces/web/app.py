"""The console's places: what is asked for by which path, and what comes back."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from factory.desk.panes.catalogue import USUAL, chosen
from factory.desk.panes.layouts import layouts
from factory.errors import Mistake
from factory.faces.web import pages
from factory.faces.web.console import Console
from factory.faces.web.drawing import HERE, RIBBON, link, page, prepare
from factory.faces.web.guarding import OwnBrowser
from factory.faces.web.numbers import Scraped
from factory.faces.web.stream import messages

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PING = 15  # seconds


def make_app(console: Console) -> Starlette:
    """The application of one console."""

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with console.watching():
            await asyncio.to_thread(prepare)
            yield

    numbers = Route("/metrics", Scraped().answer)
    app = Starlette(routes=[*ROUTES, numbers], middleware=[Middleware(OwnBrowser)], lifespan=life)
    app.state.console = console
    return app


async def home(request: Request) -> Response:
    """The console itself."""
    console = pages.console_of(request)
    await console.first()
    panes, named = _panes(request)
    asked = request.query_params.get("lang", "")
    drawn = {name: console.drawn(name, asked) for name in (RIBBON, *panes)}
    html = page(
        console.sighting,
        "console.html",
        request.query_params,
        page="console",
        nonce=secrets.token_urlsafe(16),
        panes=panes,
        layouts=named,
        stream=link("/stream", asked, panes=",".join(panes)),
        ribbon=drawn[RIBBON],
        drawn=drawn,
    )
    return HTMLResponse(html)


def _panes(request: Request) -> tuple[tuple[str, ...], list[str]]:
    """The panes that were asked for, by name or by layout, and the names of all layouts."""
    try:
        known = layouts(os.environ)
    except (Mistake, OSError):
        known = {}
    asked = chosen(request.query_params.get("panes", ""))
    return asked or known.get(request.query_params.get("layout", "")) or USUAL, list(known)


async def stream(request: Request) -> Response:
    """What is new, for a page that is open."""
    panes = chosen(request.query_params.get("panes", ""))
    asked = request.query_params.get("lang", "")
    told = messages(pages.console_of(request), panes, asked)
    return EventSourceResponse(({"data": text} async for text in told), ping=PING)


async def static(request: Request) -> Response:
    """One of the console's own files; there is no other."""
    found = _files().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("there is no such file\n", 404)
    return Response(found, media_type=KINDS[Path(request.path_params["name"]).suffix])


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (HERE / "static").iterdir() if path.suffix in KINDS}


async def alive(_: Request) -> Response:
    """Whether the process answers."""
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> Response:
    """Whether it has something to show, and nothing keeps it from showing what is new."""
    console = pages.console_of(request)
    good = console.ready and not console.fault
    told = {"status": "ready" if good else "not ready", "why": console.fault or ("" if good else "it reads the ledger")}
    return JSONResponse({name: value for name, value in told.items() if value}, 200 if good else 503)


async def health(request: Request) -> Response:
    """Both, and how the factory stands."""
    console = pages.console_of(request)
    look = console.sighting
    told = {
        "status": "ok" if console.ready and not console.fault else "failing",
        "factory": look.seen.state if look else None,
        "main": look.seen.main if look else None,
        "ledger": look.seen.ledger if look else None,
        "events": look.events if look else 0,
        "watchers": console.watchers,
        "fault": console.fault or None,
    }
    return JSONResponse(told, 200 if told["status"] == "ok" else 503)


ROUTES = [
    Route("/", home),
    Route("/stream", stream),
    Route("/static/{name}", static),
    Route("/livez", alive),
    Route("/readyz", ready),
    Route("/healthz", health),
    *pages.ROUTES,
]
