"""`factory serve`: the console in a browser. What it needs beside the base is loaded when it is asked for."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Annotated

import typer

from factory.errors import Mistake
from factory.faces.cli.terminal import RepoDir, say

PORT = 8137
NEEDS = ("starlette", "uvicorn", "sse_starlette", "jinja2")


def serve(
    repo: RepoDir = Path("."),
    port: Annotated[int, typer.Option(help="on 127.0.0.1; 0: any that is free", min=0, max=65535)] = PORT,
    browser: Annotated[bool, typer.Option("--open", help="open the page in the browser")] = False,
    layout: Annotated[str, typer.Option(help="keep and show named panes: night=line,queue,money,git")] = "",
) -> None:
    """The console in a browser, on this machine alone. It looks, and changes nothing; it needs no run to be on."""
    must_be_installed()
    from factory.faces.web.serving import serve as open_door

    place = "/"
    if layout:
        from factory.desk.panes.layouts import keep

        place = f"/?layout={keep(os.environ, layout)[0]}"
    open_door(repo, port, say, browser=browser, place=place)


def must_be_installed() -> None:
    """Mistake where the extra is not there."""
    if any(importlib.util.find_spec(name) is None for name in NEEDS):
        raise Mistake("the console is not installed", remedy="pip install 'stampmill[console]'")
