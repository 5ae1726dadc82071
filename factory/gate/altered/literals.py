"""Altered judges in other languages: a literal on a line that asserts, by plain patterns; what is not plain is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from factory.gate.altered import examples
from factory.gate.altered.dice import Dice
from factory.gate.altered.languages import BEHIND, CALLS, LITERAL
from factory.gate.altered.nouns import Round, Site, told
from factory.gate.altered.scalars import Scalar
from factory.gate.altered.scalars import new as other

SHELLS = {".sh", ".bash", ".bats", ".zsh", ".mk", ""}
COMMENT = re.compile(r"^\s*(?://|#|\*|/\*|--)")


def literal_rounds(path: str, source: bytes, digest: str, most: int = 2) -> tuple[Round, ...]:
    """One literal of one assertion, or one expected output of an example, a round; each of them must turn red."""
    try:
        text = source.decode()
    except UnicodeDecodeError:
        return ()
    suffix = PurePosixPath(path).suffix.lower()
    places = examples.outputs(text) if suffix in examples.SUFFIXES else list(_literals(text, suffix))
    dice = Dice(digest, path)
    found = []
    for scalar in dice.shuffled(places)[:most]:
        value = other(scalar, dice, exact=suffix in SHELLS)
        data = (text[: scalar.start] + value + text[scalar.end :]).encode()
        site = Site(path, "", text.count("\n", 0, scalar.start) + 1, told(scalar.text, value))
        found.append(Round({path: data}, {(path, ""): site}))
    return tuple(found)


def _literals(text: str, suffix: str) -> Iterator[Scalar]:
    known = ".sh" if suffix in SHELLS else suffix
    seen: set[int] = set()
    for scalar in (*_in_calls(text, known), *_behind(text, known)):
        line = text[text.rfind("\n", 0, scalar.start) + 1 : scalar.start]
        if scalar.start not in seen and not COMMENT.match(line) and scalar.text not in ('""', "''"):
            seen.add(scalar.start)
            yield scalar


def _in_calls(text: str, suffix: str) -> Iterator[Scalar]:
    for pattern, places in CALLS.get(suffix, []):
        for call in re.finditer(pattern, text):
            parts = _arguments(text, call.end())
            for place in places(len(parts)):
                start, end = parts[place]
                found = LITERAL.fullmatch(text[start:end])
                if found:
                    yield Scalar(start, end, found[0])


def _behind(text: str, suffix: str) -> Iterator[Scalar]:
    pattern = BEHIND.get(suffix)
    for found in re.finditer(pattern, text, re.MULTILINE) if pattern else ():
        yield Scalar(*found.span("value"), found["value"])


def _arguments(text: str, start: int) -> list[tuple[int, int]]:
    """The places of a call's arguments, up to its closing bracket or the end of a line that has none open."""
    depth, at, begin = 0, start, start
    found: list[tuple[int, int]] = []
    while at < min(len(text), start + 2000):
        quote = LITERAL.match(text, at) if text[at] in "\"'" else None
        if quote:
            at = quote.end()
            continue
        c = text[at]
        if (depth == 0 and c in ")]}") or (c == "\n" and depth == 0 and not found and text[start - 1] == " "):
            break
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            found.append((begin, at))
            begin = at + 1
        at += 1
    found.append((begin, at))
    return [_trimmed(text, a, b) for a, b in found if text[a:b].strip()]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
