"""Pages about one thing."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request
from starlette.routing import Route

from factory.faces.web.console import Console


def console_of(request: Request) -> Console:
    """The process's own console."""
    return cast("Console", request.app.state.console)


ROUTES: list[Route] = []
