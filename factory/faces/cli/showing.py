"""`factory demo`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from factory.faces.cli.terminal import progress, say
from factory.stream import wait_no_more

app = typer.Typer()


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="make the demo's repository here and leave it")] = None,
) -> None:
    """Run the factory on a small real repository. It is made for that, in a temporary folder."""
    from factory.demo import demo as show

    wait_no_more()
    show(say, progress, dict(os.environ), keep)
