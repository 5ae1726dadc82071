"""What the commands share: the words that they print, and the options that they have in common."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from factory.model import Progress

RepoDir = Annotated[Path, typer.Option("--repo", help="the repository to work on", show_default="the one around here")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document and nothing else")]


def say(text: str = "") -> None:
    """Text on stdout, whoever wrote it: no terminal obeys anything in it."""
    from factory.plain import printable

    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()


def print_json(value: Any, *, large: bool = False) -> None:
    """One document; `large` leaves the line breaks out. In ASCII, which all can read, where stdout is not UTF-8."""
    from factory.plain import ascii_json, json_text

    text = json_text(value, indent=None if large else 1)
    utf = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write((text if utf else ascii_json(text)) + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line on stderr."""
    from factory.plain import printable

    sys.stderr.write(f"factory: {' '.join(printable(text).split())}\n")


def typed(words: str) -> str:
    """What a person typed, in the terminal's own alphabet. Mistake where it is in another."""
    from factory.errors import Mistake

    raw, encoding = os.fsencode(words), sys.stdout.encoding or "utf-8"
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        name = encoding.upper()
        raise Mistake(
            f"the words {raw[:40]!r} are not {name}, as this terminal is", remedy="set LC_ALL to what it speaks"
        ) from None


def line_of(now: Progress) -> str:
    """What happens, with the time of day where the factory is."""
    import datetime as dt
    from zoneinfo import ZoneInfo

    from factory.plain import whole_line

    at = dt.datetime.fromtimestamp(now.at, ZoneInfo(now.zone) if now.zone else None)
    return f"{at:%H:%M:%S} {now.item or 'factory':<12} {whole_line(now.text)}"


def progress(now: Progress) -> None:
    """A line of what goes on."""
    say(line_of(now))


def quiet(_: Progress) -> None:
    """Progress has no place beside a JSON document."""


def end(code: int) -> NoReturn:
    """End the command with this exit code."""
    raise typer.Exit(int(code))
