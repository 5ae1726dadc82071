"""The command line: all commands under one name, and one place that turns exceptions into one line and an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys

import typer

from factory.commands import helping, judging, learning, looking, steering, working, writing
from factory.commands.menu import Menu
from factory.commands.terminal import complain, say
from factory.errors import Exit, FactoryError, of_machine

app = typer.Typer(
    name="factory",
    cls=Menu,
    help="A Git-native software factory: tickets in, proven merge commits out. Start with `factory init`, "
    "then `factory run`; in the morning `factory status` and `git log --first-parent`. `factory help` lists the pages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.callback()(helping.options)
for group in (helping, working, steering, writing, looking, judging, learning):
    app.add_typer(group.app)


def main(argv: list[str] | None = None) -> None:
    """The entry point."""
    os.umask(0o022)
    gc.set_threshold(100_000)  # else a tenth of a short command goes into looking for rubbish among fresh imports
    atexit.register(gc.freeze)  # and a seventh into a last look, when all of it goes anyway
    try:
        sys.exit(app(argv, standalone_mode=False) or 0)
    except FactoryError as error:
        complain(str(error), error.exit)
    except (typer.Abort, KeyboardInterrupt):
        complain("interrupted; `factory run` goes on where it was", Exit.INTERRUPTED)
    except Exception as error:
        _unexpected(error)


def _unexpected(error: Exception) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":  # a group's name alone: typer would have its help for an error
        say(error.ctx.get_help())  # type: ignore[attr-defined]
        sys.exit(int(Exit.OK))
    show = getattr(error, "format_message", None)
    if show is not None:  # typer's own word on a wrong option
        complain(f"{show()}; see `factory --help`", Exit.MISTAKE)
    if isinstance(error, OSError):
        complain(str(of_machine(error)), Exit.COULD_NOT_RUN)
    if os.environ.get("FACTORY_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {' '.join(str(error).split())}"
    complain(f"a fault of the factory itself: {what}; FACTORY_DEBUG=1 shows where", Exit.COULD_NOT_RUN)
