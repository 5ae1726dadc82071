"""The command line: all commands under one name, and one place that turns exceptions into one line and an exit code."""

from __future__ import annotations

import atexit
import functools
import gc
import os
import signal
import sys
from typing import Any

import typer

from factory.errors import Exit, FactoryError, of_machine
from factory.faces.cli import derived, helping
from factory.faces.cli.menu import Menu
from factory.faces.cli.signals import deaf, ends_at_once
from factory.faces.cli.terminal import complain, say
from factory.sandbox.process import ENDING
from factory.stream import NOBODY, streams

INTERRUPTED = "interrupted; `factory run` goes on where it was"
HELP = (
    "A Git-native software factory: tickets in, proven merge commits out. Start with `factory init`, "
    "then `factory run`; in the morning `factory status` and `git log --first-parent`. `factory help` lists the pages."
)


def main(argv: list[str] | None = None) -> None:
    """The entry point."""
    if argv is None:
        _speak_utf8()
    os.umask(0o022)
    gc.set_threshold(100_000)  # else a tenth of a short command goes into looking for rubbish among fresh imports
    atexit.register(gc.freeze)  # and a seventh into a last look, when all of it goes anyway
    with streams() as (out, _):
        code, why = _carried_out(argv)
        with deaf():
            if out.lost and out.lost.errno not in NOBODY:
                code = code or (Exit.OK if out.beside else Exit.COULD_NOT_RUN)
                why = why or f"stdout: {out.lost.strerror}; what was to be shown is lost"
            if why:
                complain(why)
    if argv is None:  # the process ends here: an impatient Ctrl-C more would only break into Python's own end
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(int(code))


def _speak_utf8() -> None:
    """Begin anew where Python would take the names of files for another encoding than git's (LC_ALL=ko_KR.EUC-KR).

    The screen keeps the encoding that it has.
    """
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1" and sys.executable:
        screen = sys.stdout or sys.stderr
        os.environ["PYTHONUTF8"] = "1"
        os.environ.setdefault("PYTHONIOENCODING", screen.encoding if screen else "utf-8")
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _carried_out(argv: list[str] | None) -> tuple[int, str]:
    """The exit code, and the one line that is to be said of it."""
    try:
        with ends_at_once(ENDING):
            code = commands(_first(sys.argv[1:] if argv is None else argv))(argv, standalone_mode=False) or 0
            return code, INTERRUPTED if ENDING.is_set() and code == Exit.INTERRUPTED else ""
    except SystemExit as end:  # typer takes a broken pipe, whosever it is, for the screen's
        broken = end.__context__
        return _unexpected(broken) if isinstance(broken, OSError) else (Exit.COULD_NOT_RUN, "")
    except FactoryError as error:
        return error.exit, str(error)
    except (typer.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED, INTERRUPTED
    except Exception as error:
        return _unexpected(error)


def _first(words: list[str]) -> str | None:
    """The command's first word; empty for `help`, which tells of every command; None where no command is named."""
    given = iter(words)
    for word in given:
        if word == "--lang":
            next(given, "")
        elif not word.startswith("-"):
            return word if word in derived.FIRST else "" if word == "help" else None
    return None


@functools.cache
def commands(first: str | None = "") -> Any:
    """The tree of commands, or of those alone that begin with this word, or (None) a list of them: typer reads every
    signature that it is given, and that takes as long as a small command itself."""
    app = typer.Typer(
        name="factory",
        cls=Menu,
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(helping.options)
    app.add_typer(helping.app)
    app.add_typer(derived.commands(first or "", menu=first is None))
    return typer.main.get_command(app)


def _unexpected(error: Exception) -> tuple[int, str]:
    if type(error).__name__ == "NoArgsIsHelpError":  # a group's name alone: typer would have its help for an error
        say(error.ctx.get_help())  # type: ignore[attr-defined]
        return Exit.OK, ""
    show = getattr(error, "format_message", None)
    if show is not None:  # typer's own word on a wrong option
        return Exit.MISTAKE, f"{show()}; see `factory --help`"
    if isinstance(error, OSError):
        return Exit.COULD_NOT_RUN, str(of_machine(error))
    if os.environ.get("FACTORY_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return Exit.COULD_NOT_RUN, f"a fault of the factory itself: {what}; FACTORY_DEBUG=1 shows where"
