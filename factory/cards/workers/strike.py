"""STRIKE: what is tagged, and nothing else, is replaced by its rule's fix or written down as a report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from factory.cards.card import WorkItem
from factory.cards.hits import Hit, text_hits
from factory.cards.measure import HELD, codec
from factory.cards.rule import CardRule
from factory.cards.sources import Files
from factory.cards.workers.record import Row, earlier, fault

REPLACE, REPORT, OVERLAP = "replace", "report", "overlap"  # overlap: inside another replacement; the next plan finds it


class _File(NamedTuple):
    """A tagged file as it is now; a reason why its tags cannot be trusted, or none."""

    text: str
    why_not: str


def strike(card: WorkItem, sources: Files, repository: Files) -> Iterator[Row]:
    """One record a tag, in order of the strike list. Changes no file: `struck` gives the new content."""
    wanted = dict.fromkeys(card.input.paths)
    tags: dict[str, list[Row]] = {}
    for record in earlier(card, repository, "tag"):
        if record["path"] in wanted:
            tags.setdefault(record["path"], []).append(record)
    rules = {rule.name: rule for rule in card.input.rules}
    for path in wanted:
        if path in tags:
            yield from _file(tags[path], rules, sources)
        else:
            yield _struck({"path": path, "rule": ""}, "", REPORT) | {"error": "in no line of the strike list"}


def struck(content: bytes, records: Iterable[Row]) -> bytes:
    """A file's content with its replacements made. ValueError where it is not the content that was tagged."""
    edits = sorted((r for r in records if r["action"] == REPLACE), key=lambda r: r["start"], reverse=True)
    digest = hashlib.sha256(content).hexdigest()
    if any(edit["sha256"] != digest for edit in edits):
        raise ValueError("changed since it was tagged")
    if not edits:
        return content
    text = content.decode(codec(edits[0]["encoding"]))
    for edit in edits:
        text = text[: edit["start"]] + edit["after"] + text[edit["end"] :]
    return text.encode(codec(edits[0]["encoding"]))


def _file(tags: list[Row], rules: Mapping[str, CardRule], sources: Files) -> Iterator[Row]:
    """A file's tags. Its hits are found anew, so that a replacement is what the rule says, not what a tag claims."""
    fixing = {tag["rule"] for tag in tags if tag["rule"] in rules and rules[tag["rule"]].fix is not None}
    file = _opened(tags[0], sources) if fixing else _File("", "")
    hits = {name: {hit[:2]: hit for hit in text_hits(rules[name], file.text)} for name in fixing if not file.why_not}
    end = 0
    for tag in sorted(tags, key=lambda tag: (tag["start"], -tag["end"], tag["rule"])):
        if tag["rule"] not in rules:
            yield _struck(tag, tag["text"], REPORT) | {"error": f"no rule {tag['rule']}"}
        elif tag["rule"] not in fixing:
            yield _struck(tag, tag["text"], REPORT) | {"report": rules[tag["rule"]].report}
        else:
            hit = hits.get(tag["rule"], {}).get((tag["start"], tag["end"]))
            record = _replaced(tag, hit, file.why_not, end)
            end = record["end"] if record["action"] == REPLACE else end
            yield record


def _replaced(tag: Row, hit: Hit | None, why_not: str, end: int) -> Row:
    if hit is None or hit.after is None:
        return _struck(tag, tag["text"], REPORT) | {"error": why_not or "the rule finds nothing there"}
    action = OVERLAP if hit.start < end else REPLACE
    return _struck(tag, hit.text, action) | {"after": hit.after}


def _struck(tag: Row, before: str, action: str) -> Row:
    blank = {"rule": "", "path": "", "sha256": "", "encoding": "", "line": 1, "start": 0, "end": 0}
    return {key: tag.get(key, empty) for key, empty in blank.items()} | {"action": action, "before": before}


def _opened(tag: Row, sources: Files) -> _File:
    """The tagged file's text, where it is what was tagged and can be written back byte for byte."""
    try:
        with sources.open(tag["path"]) as stream:
            content = stream.read(HELD + 1)
        if len(content) > HELD:
            return _File("", "too large to change")
        if hashlib.sha256(content).hexdigest() != tag["sha256"]:
            return _File("", "changed since it was tagged")
        text = content.decode(codec(tag["encoding"]))
        same = text.encode(codec(tag["encoding"])) == content
    except (OSError, ValueError, LookupError) as error:
        return _File("", fault(error))
    return _File(text, "" if same else f"{tag['encoding']} text that cannot be written back as it was")
