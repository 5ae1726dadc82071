"""A shift in this process, with a clock that does not wait, and what it left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from factory.errors import FactoryError
from factory.line import shift
from factory.line.opening import open_house
from tests.line.conftest import Shop
from tests.night.launch import Scripted


@dataclass
class Night:
    """What a shift did: its exit code, what it said, how long it slept."""

    shop: Shop
    code: int
    said: str
    slept: list[float] = field(default_factory=list)

    @property
    def stamped(self) -> bool:
        return self.shop.subjects()[0].startswith("stamp(")

    def evidence(self, name: str) -> str:
        """A file of the last attempt, stamped or failed."""
        ref = "main"
        if not self.stamped:
            ref = self.shop.git("log", "--first-parent", "--format=%H", "--grep=^fail(", "factory/ledger").split()[0]
        return self.shop.read(f".factory/{name}", f"{ref}^2")

    @property
    def result(self) -> Any:
        return json.loads(self.evidence("result.json"))

    @property
    def book(self) -> Any:
        """The day's book: what was spent, and what is reserved still."""
        paths = self.shop.git("ls-tree", "-r", "--name-only", "factory/ledger", "budget/").split()
        return json.loads(self.shop.read(paths[-1], "factory/ledger"))


class Quick(Scripted):
    """A clock that sleeps at once, says for how long, and lets something happen meanwhile."""

    def __init__(self, kept: Path, meanwhile: Callable[[], None]) -> None:
        super().__init__(kept)
        self.slept: list[float] = []
        self._meanwhile = meanwhile

    def sleep(self, seconds: float, wake: Any = None) -> None:
        self.slept.append(seconds)
        self._meanwhile()
        super().sleep(seconds, wake)


def night(shop: Shop, kept: Path, meanwhile: Callable[[], None] = lambda: None) -> Night:
    """A shift on the shop, as `factory run` has it, with a clock that does not wait."""
    clock, out, lines = Quick(kept, meanwhile), StringIO(), list[str]()
    with redirect_stdout(out), redirect_stderr(out):
        try:
            with open_house(
                shop.path,
                dict(os.environ),
                clock=clock,
                say=lambda now: lines.append(f"{now.item}: {now.text}"),
                working=True,
            ) as house:
                code = int(shift.run(house).exit)
        except FactoryError as error:
            code = int(error.exit)
            lines.append(f"factory: {error}")
    return Night(shop, code, "\n".join([*out.getvalue().splitlines(), *lines]), clock.slept)
