"""Pages about one thing: an item, an attempt, a file of its evidence, a stamp; what is looked for, what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from factory.desk.panes import finding, incident, one
from factory.desk.panes.watch import Sighting, Watch
from factory.errors import FactoryError, Mistake
from factory.faces.web.console import Console
from factory.faces.web.drawing import page

T = TypeVar("T")
NOT_FOUND, CANNOT = 404, 503


def console_of(request: Request) -> Console:
    """The process's own console."""
    return cast("Console", request.app.state.console)


async def ticket(request: Request) -> Response:
    """An item, and every attempt at it."""
    id = request.path_params["id"]
    return await _answer(request, "ticket.html", lambda watch, look: one.ticket_page(watch, look, id), id=id)


async def attempt(request: Request) -> Response:
    """What an attempt was told, what it answered, and what passed to its model."""
    id, number = request.path_params["id"], request.path_params["number"]
    return await _answer(request, "attempt.html", lambda watch, _: one.attempt_page(watch, id, number), id=id)


async def window(request: Request) -> Response:
    """A window of one file of an attempt's evidence, or of its change."""
    id, number, name = (request.path_params[key] for key in ("id", "number", "name"))
    at = request.query_params.get("at", "0")
    place = int(at) if at.isascii() and at.isdecimal() and len(at) < 16 else 0

    def find(watch: Watch, _: Sighting) -> Any:
        return one.evidence_window(watch, id, number, name, place)

    return await _answer(request, "window.html", find, id=id, number=number, name=name)


async def stamp(request: Request) -> Response:
    """A stamp's proof, question by question."""
    return await _answer(request, "stamp.html", lambda watch, _: one.stamp_page(watch, request.path_params["oid"]))


async def search(request: Request) -> Response:
    """What has the words that were asked for."""
    words = request.query_params.get("q", "")
    return await _answer(request, "search.html", lambda watch, look: finding.search(watch, look, words))


async def incidents(request: Request) -> Response:
    """What fires, and what went before it."""
    alarms = console_of(request).alarms
    return await _answer(request, "incident.html", lambda watch, look: incident.incident_page(watch, look, alarms))


async def _answer(request: Request, template: str, find: Callable[[Watch, Sighting], Any], **given: Any) -> Response:
    """The page of what was found; what cannot be found or read is told on a page of its own."""
    console = console_of(request)
    look = await console.first()
    path = quote(request.scope["path"])
    try:
        if look is None:
            raise Mistake(console.fault)
        found = await asyncio.to_thread(find, console.watch, look)
        html = page(look, template, request.query_params, p=found, path=path, **given)
        return HTMLResponse(html)
    except (FactoryError, OSError, KeyError, ValueError) as error:
        code = NOT_FOUND if isinstance(error, Mistake) and look else CANNOT
        told = str(error) if isinstance(error, FactoryError) else f"git could not answer: {error}"
        return HTMLResponse(page(look, "wrong.html", request.query_params, fault=told, path=path), code)


ROUTES = [
    Route("/ticket/{id}", ticket),
    Route("/ticket/{id}/{number:int}", attempt),
    Route("/ticket/{id}/{number:int}/file/{name:path}", window),
    Route("/stamp/{oid}", stamp),
    Route("/search", search),
    Route("/incident", incidents),
]
