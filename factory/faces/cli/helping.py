"""`factory --version`, and `factory help`: the pages, and each command's own."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any

import typer

from factory.faces.cli.terminal import say

app = typer.Typer()


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"stampmill {version('stampmill')}")
        raise typer.Exit


class Language(enum.StrEnum):
    """What a person is told in."""

    EN = "en"
    KO = "ko"


def options(
    context: typer.Context,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="tell it in this language; default: [factory] language")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and end")
    ] = False,
) -> None:
    """What stands before a command's name."""
    context.obj = lang.value if lang else ""


def language(context: typer.Context) -> str:
    """What `--lang` says; empty where it says nothing."""
    return str(context.find_root().obj or "")


@app.command("help")
def help_(
    context: typer.Context,
    topic: Annotated[
        str | None, typer.Argument(help="a page, a command or a class of failure; default: the list of pages")
    ] = None,
) -> None:
    """The manual, page by page. What a command takes, too."""
    from factory import pages
    from factory.desk.looking import language_of, meaning

    if topic is None:
        _list(pages.topics())
        return
    root: Any = context.find_root()
    command = root.command.get_command(root, topic)
    if command and topic not in pages.topics():
        say(command.get_help(typer.Context(command, info_name=topic, parent=root)))
        return
    say(meaning(topic) or pages.page(topic, language(context) or language_of(Path())).rstrip("\n"))


def _list(topics: dict[str, str]) -> None:
    say("`factory help TOPIC` prints a page; TOPIC may be a command, or a class of failure such as SCOPE:")
    say()
    widest = max(map(len, topics))
    for name, title in topics.items():
        say(f"  {name.ljust(widest)}  {title}")
