"""Altered judges in other languages: a literal on a line that asserts, by plain patterns; what is not plain is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath

from factory.gate.altered.dice import Dice
from factory.gate.altered.languages import BEHIND, CALLS, GREP, LITERAL, SHELLS
from factory.gate.altered.nouns import Round, Site, told
from factory.gate.altered.scalars import Scalar
from factory.gate.altered.scalars import new as other

LONG = 500  # characters of a line, or of the arguments of a call, that a person wrote
NEAR = 3  # lines between a place that a runner names and the literal that it is about
MANY = 500  # assertions of a file to choose from
COMMENT = re.compile(r"^\s*(?://|#|\*|/\*|--)")


def literal_rounds(path: str, source: bytes, digest: str, most: int = 2, near: int = 0) -> tuple[Round, ...]:
    """One literal of one assertion, or one expected output of an example, a round; each of them must turn red.

    `near`: of the line that comes nearest to this one, where one is near at all; counted from 1.
    """
    try:
        text = source.decode()
    except UnicodeDecodeError:
        return ()
    suffix = PurePosixPath(path).suffix.lower()
    found_at = outputs(text) if suffix in SUFFIXES else _literals(text, suffix)
    found_at = found_at or _literals(text, suffix)
    places = list(islice(found_at, MANY))
    places = _nearest(text, places, near) if near else places
    dice = Dice(digest, path)
    found = []
    for scalar in dice.shuffled(places)[:most]:
        value = other(scalar, dice, exact=suffix in SHELLS)
        data = (text[: scalar.start] + value + text[scalar.end :]).encode()
        site = Site(path, "", text.count("\n", 0, scalar.start) + 1, told(scalar.text, value))
        found.append(Round({path: data}, {(path, ""): site}))
    return tuple(found)


def _nearest(text: str, places: list[Scalar], line: int) -> list[Scalar]:
    """A runner names the line of a call, of what it waits for, or of the complaint below it."""
    away = {place: abs(text.count("\n", 0, place.start) + 1 - line) for place in places}
    least = min(away.values(), default=NEAR + 1)
    return [place for place in places if away[place] == least <= NEAR]


def _literals(text: str, suffix: str) -> Iterator[Scalar]:
    known = ".sh" if suffix in SHELLS else suffix
    for line in re.finditer(r"[^\n]+", text):
        if len(line[0]) > LONG or COMMENT.match(line[0]):
            continue
        found = {s.start: s for s in (*_in_calls(text, *line.span(), known), *_behind(text, *line.span(), known))}
        if known == ".sh" and (looks := GREP.match(line[0])) and not re.match(r"\s*(?:if|while|until)\b", line[0]):
            start = line.start() + looks.start("value")
            found[start] = Scalar(start, line.start() + looks.end("value"), looks["value"])
        yield from (scalar for _, scalar in sorted(found.items()) if scalar.text not in ('""', "''"))


def _in_calls(text: str, start: int, end: int, suffix: str) -> Iterator[Scalar]:
    for pattern, places in CALLS.get(suffix, []):
        for call in re.compile(pattern).finditer(text, start, end):
            parts = _arguments(text, call.end())
            for place in places(len(parts)):
                found = LITERAL.fullmatch(text[slice(*parts[place])])
                if found:
                    yield Scalar(*parts[place], found[0])


def _behind(text: str, start: int, end: int, suffix: str) -> Iterator[Scalar]:
    """The literal behind the line's comparison; the pattern may look at the next line as well."""
    pattern = BEHIND.get(suffix)
    after = text.find("\n", end + 1)
    both = text[start : min(end + LONG, after if after >= 0 else len(text))]
    for found in re.finditer(pattern, both, re.MULTILINE) if pattern else ():
        if start + found.end("value") <= end:
            yield Scalar(start + found.start("value"), start + found.end("value"), found["value"])


def _arguments(text: str, start: int) -> list[tuple[int, int]]:
    """The places of a call's arguments, up to its closing bracket or the end of a line that has none open."""
    depth, at, begin = 0, start, start
    found: list[tuple[int, int]] = []
    while at < min(len(text), start + LONG):
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


# --- the expected outputs of examples in documents and docstrings, as doctest reads them

SUFFIXES = {".txt", ".md", ".rst", ".py"}
# An example, its further lines, and what it prints: up to an empty line, the next example, or the end of the string.
EXAMPLE = re.compile(
    r"^(?P<indent>[ ]*)>>>[ ].*\n(?:(?P=indent)\.\.\.(?:[ ].*)?\n)*"
    r"(?P<want>(?:(?P=indent)(?!>>>)(?![ ]*$)(?!.*(?:\"\"\"|'''|```)).+\n?)*)",
    re.MULTILINE,
)
WORD = re.compile(r"[^\W_]+(?:\.\d+)?")


def outputs(text: str) -> list[Scalar]:
    """One place of each example that prints: the last line's last word or number, or a traceback's exception."""
    found = []
    for example in EXAMPLE.finditer(text):
        if "+SKIP" in example[0] or not example["want"].strip():
            continue
        lines = example["want"].rstrip("\n").split("\n")
        start = example.start("want") + len(example["want"].rstrip("\n")) - len(lines[-1])
        words = list(WORD.finditer(lines[-1]))
        if words:
            traceback = lines[0].strip().startswith("Traceback")
            word = words[0] if traceback else words[-1]
            found.append(Scalar(start + word.start(), start + word.end(), word[0]))
    return found
