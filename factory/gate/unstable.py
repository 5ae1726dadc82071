"""Pure: ids of parameters that change from run to run (times, uuids, scratch folders), matched by place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from factory.gate.renamed import function

CHANGING = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"  # uuid
    r"|\d{4}-\d\d-\d\d|\d\d?:\d\d(?::\d\d)?(?:\.\d+)?"  # date, time
    r"|pytest-of-\w+/pytest-\d+|\btmp[a-z0-9_]{8}\b"  # scratch folders
    r"|[0-9a-f]{8,}(?:\.\d+)?"  # a digest, a place in memory
    r"|(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[\w-]{16,}"  # a token
    r"|\d{3,}(?:\.\d+)?|\d+\.\d{3,}",  # a process, a port, seconds, a random number
    re.IGNORECASE,
)


def place(node: str, changing: Collection[str] = ()) -> str:
    """What an id with parameters shows on every run."""
    name = function(node)
    if name in changing:
        return f"{name}[#]"
    return CHANGING.sub("#", node) if name != node else node


def stand_ins(gone: Iterable[str], new: Iterable[str], changing: Collection[str] = ()) -> dict[str, str]:
    """For each node that is gone the new one in its place, one for one: never fewer tests than before.

    Only for ids that change by themselves: where the tested code chooses other parameters, the old ones are missing.
    By themselves change what looks like a time, a place or a token, and the ids of the functions in `changing`.
    """
    waiting: dict[str, list[str]] = {}
    for node in new:
        if (at := place(node, changing)) != node and "#" in at:
            waiting.setdefault(at, []).append(node)
    return {node: heirs.pop(0) for node in gone if (heirs := waiting.get(place(node, changing)))}


def changing_in(one: Collection[str], other: Collection[str]) -> frozenset[str]:
    """The functions whose ids differ between two runs of the same tree: parameters from a set, say."""
    return frozenset(function(node) for node in set(one) ^ set(other) if "[" in node)


def said(matched: Iterable[str]) -> tuple[str, ...]:
    """One line a function."""
    counts = Counter(map(function, matched))
    return tuple(f"{name}: its ids change from run to run; {n} matched by place" for name, n in counts.items())
