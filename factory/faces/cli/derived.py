"""The command line of each command of the desk, made of the command itself: its arguments, its help, its answer; and
what a terminal alone has: the live page, and the demo."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from dataclasses import MISSING
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from factory.desk.commands import COMMANDS, GROUPS, Command, Run, Status
from factory.faces.cli.helping import language
from factory.faces.cli.serving import PORT, must_be_installed, serve
from factory.faces.cli.terminal import AsJson, RepoDir, complain, end, print_json, progress, quiet, say, typed
from factory.faces.cli.topping import top
from factory.stream import wait_no_more

if TYPE_CHECKING:
    from factory.desk.submit import Answer

LARGE = 240  # cards; a document of more is written without line breaks, and three times as fast

FIRST = {kind.name.split(" ")[0]: kind for kind in COMMANDS}.keys() | {"demo", "serve", "top"}


def commands(first: str = "", menu: bool = False) -> typer.Typer:
    """Every command under its name, or those that begin with this word. `menu`: of each the name and the help alone."""
    function = _named if menu else _function
    app = typer.Typer()
    groups = {"": app}
    for name, (text, short) in GROUPS.items():
        if first in ("", name):
            groups[name] = typer.Typer(name=name, help=text, short_help=short, no_args_is_help=True)
            app.add_typer(groups[name])
    for kind in COMMANDS:
        group, _, name = kind.name.rpartition(" ")
        if first in ("", group or name):
            groups[group].command(name)(status if kind is Status else function(kind))
    if first in ("", "demo"):
        app.command()(demo)
    if first in ("", "serve"):
        app.command()(serve)
    if first in ("", "top"):
        app.command()(top)
    return app


def _named(kind: type[Command]) -> Any:
    """For a list of the commands, none of which is called: to read the arguments of all takes half of its time."""

    def act() -> None: ...

    act.__doc__ = kind.__doc__
    return act


def _function(kind: type[Command]) -> Any:
    def act(context: typer.Context, repo: Path, as_json: bool = False, **given: Any) -> None:
        words = {name: typed(value) if isinstance(value, str) else value for name, value in given.items()}
        show(asked(repo, kind(**words), as_json, language(context)), as_json)

    act.__doc__ = kind.__doc__
    taken = [_parameter("context", typer.Context, inspect.Parameter.empty), *_parameters(kind)]
    taken += [_parameter("repo", RepoDir, Path("."))]
    taken += [_parameter("as_json", AsJson, False)] if kind.document else []
    act.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    act.__annotations__ = {one.name: one.annotation for one in taken}
    return act


def _parameters(kind: type[Command]) -> Iterator[inspect.Parameter]:
    """What is needed is an argument, and so is the one that may name an item or a guard; all else are options."""
    said = kind.said()
    for field in kind.fields():
        hint, argument = said[field.name]
        shown: dict[str, Any] = {"help": argument.help}
        if field.default is MISSING or argument.word:
            how: Any = typer.Argument(metavar=argument.word or None, **shown)
        elif field.default is False:
            how = typer.Option(f"--{field.name.replace('_', '-')}", **shown)
        else:
            how = typer.Option(min=argument.least, **shown)
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield _parameter(field.name, Annotated[hint, how], default)


def _parameter(name: str, hint: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def asked(repo: Path, command: Command, as_json: bool = False, language: str = "") -> Answer:
    """The desk's answer, with a line for what goes on meanwhile."""
    from factory.desk.submit import Wanted, submit

    if command.effect != "read":
        wait_no_more()
    if isinstance(command, Run):
        from factory.faces.cli.screen import board
        from factory.faces.cli.signals import interrupts

        with board(sys.stdout, progress) as show_line:
            return submit(repo, command, tell=show_line, ear=interrupts, wanted=Wanted(language))
    return submit(repo, command, tell=quiet if as_json else progress, wanted=Wanted(language, as_json))


def show(answer: Answer, as_json: bool, *, large: bool = False) -> NoReturn:
    """The answer on the screen, and its problem in one line beside it; the command ends."""
    if as_json and answer.data is not None:
        print_json(answer.data, large=large)
    elif answer.text:
        say(answer.text)
    if answer.problem:
        complain(str(answer.problem))
    end(answer.exit)


def status(
    context: typer.Context,
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="a live page; Ctrl-C ends it")] = False,
    times: Annotated[int, typer.Option(help="with --watch: look so often, then end; 0: until Ctrl-C", min=0)] = 0,
) -> None:
    """What stands where, from git alone."""
    if watch or times:
        _watch(repo, times, language(context))
        return
    answer = asked(repo, Status(), as_json, language(context))
    show(answer, as_json, large=len((answer.data or {}).get("cards", {}).get("cards", ())) > LARGE)


def _watch(repo: Path, times: int, language: str) -> None:
    import time

    from factory.desk.snapshot import snapshot
    from factory.faces.cli import screen

    screen.watch(lambda: snapshot(repo, time.time(), "open", os.environ), sys.stdout, times, language=language)


def demo(
    keep: Annotated[Path | None, typer.Option(help="make the demo's repository here and leave it")] = None,
    live: Annotated[bool, typer.Option("--serve", help="show it live in the console, and stay until Ctrl-C")] = False,
    port: Annotated[int, typer.Option(help="with --serve: on 127.0.0.1; 0: any", min=0, max=65535)] = PORT,
) -> None:
    """Run the factory on a small real repository. It is made for that, in a temporary folder."""
    from factory.demo import demo as show_it

    wait_no_more()
    if not live:
        show_it(say, progress, dict(os.environ), keep)
        return
    must_be_installed()
    from factory.faces.web.serving import served_beside

    show_it(say, progress, dict(os.environ), keep, lambda repo: served_beside(repo, port, say))
