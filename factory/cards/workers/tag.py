"""TAG: rules on an index, and on the files that it names."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from factory.cards.card import WorkItem
from factory.cards.hits import Hit, Line, applies, line_hits, text_hits
from factory.cards.measure import CHUNK, HELD, codec
from factory.cards.rule import CardRule
from factory.cards.sources import Files
from factory.cards.workers.record import Row, earlier, fault

EXCERPT = 200


def tag(card: WorkItem, sources: Files, repository: Files) -> Iterator[Row]:
    """One record a hit, in order of file, rule and place; a file that cannot be judged has a record that says so."""
    for index in earlier(card, repository, "index"):
        if index.get("error"):
            continue  # its SCAN card has answered for it
        rules = [rule for rule in card.input.rules if applies(rule, index)]
        yield from (_tagged(rule, index, Hit(0, 0, 1, "")) for rule in rules if not (rule.regex or rule.ast))
        if reading := [rule for rule in rules if rule.regex or rule.ast]:
            yield from _read(reading, index, sources)


def _read(rules: list[CardRule], index: Row, sources: Files) -> Iterator[Row]:
    if index["encoding"] == "binary":
        return
    try:
        with sources.open(index["path"]) as stream:
            judge = _whole if index["size"] <= HELD else _streamed
            yield from judge(rules, index, stream)
    except (OSError, UnicodeError) as error:
        yield _wrong(rules[0], index, fault(error))


def _whole(rules: list[CardRule], index: Row, stream: BinaryIO) -> Iterator[Row]:
    content = stream.read(HELD + 1)
    if hashlib.sha256(content).hexdigest() != index["sha256"]:
        yield _wrong(rules[0], index, "changed since it was indexed")
        return
    text = content.decode(codec(index["encoding"]))
    for rule in rules:
        yield from (_tagged(rule, index, hit) for hit in text_hits(rule, text))


def _streamed(rules: list[CardRule], index: Row, stream: BinaryIO) -> Iterator[Row]:
    """A large file, a line at a time, once a rule. A line of more than a megabyte is judged in pieces."""
    for rule in rules:
        if rule.ast:
            yield _wrong(rule, index, "too large to parse")
            continue
        stream.seek(0)
        digesting = _Digesting(stream)
        lines = io.TextIOWrapper(io.BufferedReader(digesting, CHUNK), codec(index["encoding"]), newline="\n")
        yield from (_tagged(rule, index, hit) for hit in line_hits(rule, _large_lines(lines)))
        if digesting.sha256.hexdigest() != index["sha256"]:
            yield _wrong(rule, index, "changed since it was indexed")


def _large_lines(lines: io.TextIOWrapper) -> Iterator[Line]:
    start, number = 0, 1
    while piece := lines.readline(CHUNK):
        yield Line(number, start, piece.removesuffix("\n").removesuffix("\r"))
        start += len(piece)
        number += piece.endswith("\n")


class _Digesting(io.RawIOBase):
    """A stream that digests what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.sha256 = stream, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        self.sha256.update(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _tagged(rule: CardRule, index: Row, hit: Hit) -> Row:
    place = {"line": hit.line, "start": hit.start, "end": hit.end, "text": hit.text[:EXCERPT]}
    return {"rule": rule.name, "path": index["path"], "sha256": index["sha256"], "encoding": index["encoding"]} | place


def _wrong(rule: CardRule, index: Row, why: str) -> Row:
    return _tagged(rule, index, Hit(0, 0, 1, "")) | {"error": why}
