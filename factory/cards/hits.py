"""Where a rule applies: to an index record, to a line, to a syntax tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from factory.cards.patterns import filled, find, metavariables
from factory.cards.rule import CardRule
from factory.tree import matches


class Hit(NamedTuple):
    """A place in a decoded text, in characters, and what a fix would put there."""

    start: int
    end: int
    line: int
    text: str
    after: str | None = None


class Line(NamedTuple):
    number: int
    start: int
    text: str


def applies(rule: CardRule, record: Mapping[str, Any]) -> bool:
    """Whether an index record is of the files that a rule is about."""
    if rule.ast and record["kind"] != rule.language:
        return False
    return all(_fits(key, record.get(key), wanted) for key, wanted in rule.where.items())


def _fits(key: str, value: Any, wanted: str | int) -> bool:
    if key == "path":
        return matches(str(value), (str(wanted),))
    if isinstance(wanted, str) and isinstance(value, int) and (bound := re.fullmatch(r"([<>])\s*(\d+)", wanted)):
        return value > int(bound[2]) if bound[1] == ">" else value < int(bound[2])
    return bool(value == wanted)


def text_hits(rule: CardRule, text: str) -> Iterator[Hit]:
    """Every hit of a rule with a pattern in a whole text."""
    if rule.regex:
        yield from line_hits(rule, lines_of(text.split("\n")))
        return
    metas = metavariables(rule.fix or "")
    for match in find(text, rule.language, rule.ast, metas):
        after = None if rule.fix is None else filled(rule.fix, match.metas)
        yield Hit(match.start, match.end, match.line, match.text, after)


def line_hits(rule: CardRule, lines: Iterable[Line]) -> Iterator[Hit]:
    """Every hit of a regex rule; an empty match counts only where a line has no other."""
    pattern = re.compile(rule.regex)
    for line in lines:
        found = list(pattern.finditer(line.text))
        for match in [match for match in found if match[0]] or found[:1]:
            after = None if rule.fix is None else match.expand(rule.fix)
            yield Hit(line.start + match.start(), line.start + match.end(), line.number, match[0], after)


def lines_of(parts: Iterable[str]) -> Iterator[Line]:
    """A text's parts between newlines, each with where it begins; a \\r at the end is no part of the line."""
    start = 0
    for number, part in enumerate(parts, 1):
        yield Line(number, start, part.removesuffix("\r"))
        start += len(part) + 1
