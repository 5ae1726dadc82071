"""The scalars of texts that hold data, at their places: the layout around them stays as it is."""

from __future__ import annotations

import re
from typing import NamedTuple

from factory.gate.altered.dice import Dice
from factory.gate.altered.values import digits_turned, last_digit, shaped

EXPECTATION = re.compile(r"(?i)want|expect|result|output|golden|answer|should|correct|total|value$")
JSON = re.compile(r'"(?:[^"\\\n]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\btrue\b|\bfalse\b|\bnull\b')
PAIR = re.compile(r"(?m)^\s*(?:-\s+)?(?P<key>[\w.\"'-]+)?\s*[:=](?=[ \t])|^\s*-(?=\s)")
INSIDE = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|(?<![\w.:-])-?\d+(?:\.\d+)?(?![\w.:-])|\b(?:true|false)\b")
WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")


class Scalar(NamedTuple):
    start: int
    end: int
    text: str
    key: str = ""


def of_json(text: str) -> list[Scalar]:
    """The values, never a key."""
    found, key = [], ""
    for match in JSON.finditer(text):
        if match[1]:
            key = match[0]
        else:
            found.append(Scalar(*match.span(), match[0], key))
    return found


def of_pairs(text: str) -> list[Scalar]:
    """TOML and YAML, roughly: numbers, truths and quoted texts behind a key, and the plain rest of a line of YAML."""
    found = []
    for line in re.finditer(r"[^\n]+", text):
        bare = re.sub(r"(^|\s)#.*", lambda m: " " * len(m[0]), line[0])
        head = PAIR.match(bare)
        if head is None and not bare.lstrip().startswith(("[", "{", '"', "'")):
            continue
        at, key = (head.end(), head["key"] or "") if head else (0, "")
        inside = [m for m in INSIDE.finditer(bare, at) if not bare[m.end() :].lstrip().startswith((":", "="))]
        start = line.start()
        found += [Scalar(start + m.start(), start + m.end(), m[0], key) for m in inside if m[0] not in ('""', "''")]
        rest = bare[at:].strip()
        if not inside and head and re.fullmatch(r"[A-Za-z][\w .,/-]*", rest):
            place = start + bare.index(rest, at)
            found.append(Scalar(place, place + len(rest), rest, key))
    return found


def of_lines(text: str) -> list[Scalar]:
    """The last number or word of each line."""
    found = []
    for line in re.finditer(r"[^\n]+", text):
        words = list(WORD.finditer(line[0]))
        if words:
            start, end = words[-1].span()
            found.append(Scalar(line.start() + start, line.start() + end, words[-1][0]))
    return found


def telling(found: list[Scalar], dice: Dice) -> Scalar:
    """One that looks like an expectation: by its key, or the last of all."""
    named = [s for s in found if EXPECTATION.search(s.key)]
    return dice.pick(named) if named else found[-1]


def new(scalar: Scalar, dice: Dice, exact: bool = False) -> str:
    """Another scalar of the same kind, still valid where it stands; where nothing but the same will do, a near one."""
    text = scalar.text
    if text.lower() in ("true", "false"):
        other = "false" if text.lower() == "true" else "true"
        return other.title() if text[0].isupper() else other
    if text == "null":
        return str(10 + dice.below(90))
    if re.fullmatch(r"-?\d.*", text):
        mantissa, e, power = re.match(r"([^eE]*)([eE]?)(.*)", text).groups()  # type: ignore[union-attr]
        return (last_digit if exact else digits_turned)(mantissa, dice) + e + power
    body = text[1:-1] if text[:1] in "\"'" else text
    changed = "".join(part if part.startswith("\\") else shaped(part, dice) for part in _parts(body)) or dice.word(5)
    return text.replace(body, changed, 1) if body else text[:1] + changed + text[-1:]


def _parts(body: str) -> list[str]:
    return [p for p in re.split(r"(\\u[0-9a-fA-F]{4}|\\.)", body) if p]
