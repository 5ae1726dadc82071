"""What the numbers are made of, beside counts and times."""

from __future__ import annotations

from typing import NamedTuple

BY_A_PERSON = ("release", "retry", "replan", "rewind", "cancel")  # an item's time and attempts count anew from there
Key = tuple[str, ...]  # what is counted, and its labels


class Trying(NamedTuple):
    """One item between its release and its stamp."""

    first: int | None = None  # its first start since it was released anew
    fails: int = 0  # since then
    began: int | None = None  # the start of the attempt that is in flight
    waits: int | None = None  # since then it is back in the queue
    hands: bool = False  # a person had a part in it


class GateRun(NamedTuple):
    """One verdict of the gate."""

    passed: bool
    tests: int
    flaky: int
