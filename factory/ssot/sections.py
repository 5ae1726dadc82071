"""The sections of D_ROADMAP.md: `## <ticket id> ...` with prose for the worker, and a ```toml block with the terms."""

from __future__ import annotations

import bisect
import difflib
import itertools
import json
import posixpath
import re
import tomllib
from collections.abc import Collection, Iterator
from typing import NamedTuple

from factory import globs
from factory.errors import Mistake
from factory.model import Terms
from factory.ssot import toml
from factory.ssot.markdown import Document, Fence, Heading

ID = re.compile(r"[A-Z][A-Z0-9_]*-[A-Za-z0-9_.-]+")


class Section(NamedTuple):
    """Line counts from 1."""

    line: int
    prose: str
    terms: Terms
    fault: str = ""  # what is wrong with its terms, with file and line: they hold for nobody but where they hide


def sections(document: Document, tickets: Collection[str]) -> dict[str, Section]:
    """Each ticket's section. Raises Mistake."""
    found: dict[str, Section] = {}
    for heading, lines in parts(document):
        ticket = ticket_of(heading, tickets)
        if ticket in tickets:
            if ticket in found:
                what = f"a second section of {ticket} (the first is on line {found[ticket].line})"
                raise Mistake(what, path=document.path, line=heading.line + 1, remedy="keep one of them")
            found[ticket] = _section(document, heading, lines)
        elif ticket:
            _check_stray(document, ticket, heading, lines)
    return found


def parts(document: Document) -> Iterator[tuple[Heading, range]]:
    """Headings of level 2, each with the lines below it; deeper headings belong to its prose."""
    top = [heading for heading in document.headings if heading.level <= 2]
    ends = [heading.line for heading in top] + [len(document.lines)]
    for heading, end in zip(top, ends[1:], strict=True):
        if heading.level == 2:
            yield heading, range(heading.below, end)


def ticket_of(heading: Heading, tickets: Collection[str]) -> str:
    """The id that a heading starts with, whatever follows; empty: none."""
    match = ID.match(heading.text)
    if match is None:
        return ""
    return match[0] if match[0] in tickets else match[0].rstrip(".-_")


def _section(document: Document, heading: Heading, lines: range) -> Section:
    fence = block(document, lines)
    if fence is None:
        return Section(heading.line + 1, _text(document, lines), Terms())
    text = "\n".join(body(document, fence))
    terms, fault = _terms(document, fence, text)
    prose = _text(document, range(lines.start, fence.first)), _text(document, range(fence.last, lines.stop))
    return Section(heading.line + 1, "\n\n".join(filter(None, prose)), terms, fault)


def _terms(document: Document, fence: Fence, body: str) -> tuple[Terms, str]:
    """The terms, or what is wrong with them: that is their ticket's trouble alone. Mistake where they may hide what
    cannot be told, for what one ticket hides no worker sees."""
    try:
        terms = toml.build(Terms, body, document.path, fence.first + 2)
        _check_globs(document, fence, body, terms)
        return terms, ""
    except Mistake as mistake:
        if (hidden := _hides(body)) is None:
            raise
        return Terms(hidden=hidden), str(mistake)


def _hides(body: str) -> tuple[str, ...] | None:
    """The globs that terms with a fault hide, and what was meant by those with one; None where that cannot be told."""
    try:
        terms = tomllib.loads(body)
    except ValueError:
        return None
    near = [key for key in terms if difflib.get_close_matches(key, ["hidden"])]
    found = terms.get("hidden", [])
    if near not in ([], ["hidden"]) or not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return None
    meant = (posixpath.normpath(one.replace("\\", "/")).lstrip("/~.") for one in found)
    return tuple(dict.fromkeys((*found, *filter(None, meant))))


def block(document: Document, lines: range) -> Fence | None:
    """A section's terms: its first ```toml block."""
    at = bisect.bisect_left(document.fences, lines.start, key=lambda fence: fence.first)
    blocks = itertools.takewhile(lambda fence: fence.first in lines, itertools.islice(document.fences, at, None))
    return next((fence for fence in blocks if fence.info.casefold().split()[:1] == ["toml"]), None)


def body(document: Document, fence: Fence) -> list[str]:
    """A block's lines, its fences left out."""
    return [line.removesuffix("\r") for line in document.lines[fence.first + 1 : fence.last - fence.closed]]


def _text(document: Document, lines: range) -> str:
    return "\n".join(line.removesuffix("\r") for line in document.lines[lines.start : lines.stop]).strip()


def _check_globs(document: Document, fence: Fence, text: str, terms: Terms) -> None:
    for key in ("modify", "readonly", "hidden"):
        for place, glob in enumerate(getattr(terms, key)):
            if fault := globs.fault(glob):
                line = toml.line_of(text, (key, place), fence.first + 2)
                raise Mistake(f'{key}: "{glob}" {fault}', path=document.path, line=line)


def _check_stray(document: Document, ticket: str, heading: Heading, lines: range) -> None:
    """Terms of a ticket that no row has (a mistyped id) would hold for nobody, its hidden files shown to all."""
    fence = block(document, lines)
    if fence is None:
        return
    try:
        keys = set(tomllib.loads("\n".join(body(document, fence))))
    except ValueError:
        return
    if keys & set(Terms.model_fields):
        what = f"terms for {ticket}, which is not in the table"
        remedy = "correct the id, or add its row"
        raise Mistake(what, path=document.path, line=heading.line + 1, remedy=remedy)


def written(ticket: str, title: str, prose: str, terms: Terms) -> str:
    """A section as text; lines end with \\n."""
    block = "".join(f"{key} = {_toml(value)}\n" for key, value in terms.model_dump(exclude_defaults=True).items())
    parts = [
        f"## {ticket} {title}\n",
        f"{prose.strip()}\n" if prose.strip() else "",
        f"```toml\n{block}```\n" if block else "",
    ]
    return "\n".join(filter(None, parts))


def _toml(value: object) -> str:
    """JSON's strings, numbers and lists are TOML's too, but for the DEL character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
