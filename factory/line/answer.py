"""What comes of a command, as a value: every face, and the inbox, hands on the same one."""

from __future__ import annotations

from typing import Any

from factory.errors import Exit, FactoryError, Mistake
from factory.model import Value


class Problem(Value):
    """Why a command was not carried out, or not to its end."""

    what: str
    where: str = ""  # file and line
    remedy: str = ""

    def __str__(self) -> str:
        """The one line of it."""
        return (f"{self.where}: " if self.where else "") + self.what + (f"; {self.remedy}" if self.remedy else "")


class Answer(Value):
    """`text`: for a person; `data`: for a program, where the command has any; `exit`: how a command line ends."""

    text: str = ""
    data: Any = None
    problem: Problem | None = None
    exit: Exit = Exit.OK

    @property
    def ok(self) -> bool:
        return self.exit is Exit.OK


def answer_of(error: FactoryError, **more: Any) -> Answer:
    """The answer that an error is."""
    if isinstance(error, Mistake):
        where = f"{error.path}:{error.line}" if error.line and error.path else error.path
        return Answer(problem=Problem(what=error.what, where=where, remedy=error.remedy), exit=error.exit, **more)
    return Answer(problem=Problem(what=str(error)), exit=error.exit, **more)
