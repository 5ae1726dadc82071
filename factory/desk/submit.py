"""The one way to ask anything of the factory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from factory.desk.caller import Caller, End, Tell, Wanted
from factory.desk.commands import Command
from factory.errors import Busy, FactoryError, of_machine
from factory.line.answer import Answer, Problem, answer_of
from factory.model import Progress

ALL = Wanted()

__all__ = ["Answer", "Caller", "Problem", "Wanted", "submit"]


def _nobody(_: Progress) -> None:
    pass


def _deaf(_end: End) -> AbstractContextManager[None]:
    return nullcontext()


def submit(
    repo: Path,
    command: Command,
    *,
    environ: Mapping[str, str] | None = None,
    tell: Tell = _nobody,
    ear: Callable[[End], AbstractContextManager[None]] = _deaf,
    wanted: Wanted = ALL,
) -> Answer:
    """Carry out one command, here or by the controller that runs. What cannot be done is the answer's problem.

    `tell` hears what goes on; `ear` is given what ends a run, for as long as there is one."""
    caller = Caller(repo, os.environ if environ is None else environ, tell, ear, wanted)
    try:
        return _steered(caller, command) if command.effect == "steer" else _doer(command)(caller, command)
    except FactoryError as error:
        return answer_of(error)
    except OSError as error:
        return answer_of(of_machine(error))


def _doer(command: Command) -> Callable[[Caller, Any], Answer]:
    from factory.desk import judging, looking, writing

    return {**judging.DOES, **looking.DOES, **writing.DOES}[type(command)]


def _steered(caller: Caller, command: Command) -> Answer:
    """By the running controller, or, where none runs, here."""
    from factory.git.places import private_dir
    from factory.git.repo import Repo
    from factory.line import inbox, operator
    from factory.line.house import saying
    from factory.line.opening import open_house
    from factory.records.view import zone_of

    while True:
        try:
            with open_house(caller.path, caller.environ, say=caller.tell) as house:
                return Answer(text=operator.obey(house, command))
        except Busy as busy:
            with Repo(caller.path) as opened:
                private, zone = private_dir(opened), zone_of(opened)
            asked = inbox.hand_over(private, command)
            saying(caller.tell, zone)("", f"{busy.who} carries it out")
        if (said := inbox.wait_for(private, asked)) is not None:  # None: it ended first, and the command is ours again
            return said
