"""Before anybody works: the tests that a check names, and that no altered judge will fit."""

from __future__ import annotations

import re
from collections.abc import Callable

from factory.gate.altered.file import UNFIT
from factory.gate.altered.functions import defined
from factory.gate.altered.python import rounds
from factory.gate.altered.source import Source

SAYS_LITTLE = "expects nothing that could be altered, so green proves little: let it compare with a value"
NAMED = re.compile(r"[\w./-]+\.py(?:::[\w:]+)?")


def mute(check: str, source: Callable[[str], bytes | None]) -> list[str]:
    """`path` or `path::test`, as the check names them: there are tests, and none expects anything that can be altered.

    `source` gives a file of main. What turns such tests green says less than it seems: nothing asks it twice.
    """
    found = []
    for word in NAMED.findall(check):
        path, _, name = word.removeprefix("./").partition("::")
        content = source(path)
        names = _tests(content, name.replace("::", ".")) if content else []
        if content and names and not rounds({path: names}, {path: content}, word, most=1):
            found.append(word)
    return found


def _tests(content: bytes, named: str) -> list[str]:
    try:
        names = list(defined(Source(content).tree).functions)
    except UNFIT:
        return []
    tests = [name for name in names if name.rpartition(".")[2].startswith("test")]
    return [name for name in tests if not named or f"{name}.".startswith(f"{named}.")]
