"""What a roadmap says where nobody reads it: refused with its line, for what is not recognised is not "not given".

A heading or a block in another form would leave a ticket without its scope and budget, and say nothing. Every form is
refused rather than understood: what was read once is read the same for ever, and `verify` holds old stamps to that.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from factory.errors import Mistake
from factory.model import Priority, Risk, Terms
from factory.ssot import sections, toml
from factory.ssot.documents import ROADMAP, TICKETS, read_roadmap
from factory.ssot.markdown import Document, Fence, outline
from factory.ssot.tables import Row, find, rows

KEYS = tuple(Terms.model_fields)
GLOBS = ("modify", "readonly", "hidden")
NEAR = 0.82
LEADS = frozenset({"ticket", "task", "issue", "story", "item", "section", "티켓"})
_SHARP = re.compile(r"[\s>*+-]*#{1,6}(?!#)(.*)")  # in a quote or a list, and without its blank, too
_TAGGED = re.compile(r"\s*<h[1-6][^>]*>(.*)", re.IGNORECASE)
_BOLD = re.compile(r"\s*(?:\*\*|__)(.+?)(?:\*\*|__)[\s:]*$")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|<[^>]*>")
_WORDS = re.compile(r"[\s:,;()\[\]{}|/\"'—]+")
_ALSO = re.compile(r"\s*(?:,|&|\+|/|and\b|및|와|과)\s*(.*)")
_NUMBER = re.compile(r"[0-9]+[.)]?")
_IN_TEXT = re.compile(  # `key = value`; `key: value` where the value is quoted, a number, or the key no word of prose
    rf"""[\s>*+`"'-]*(?:(?P<any>{"|".join(KEYS)})[`"'*]*\s*(?:=\s*(?:[\["'{{\d]|true\b|false\b)|:\**\s*[\["'`\d])"""
    rf"""|(?P<own>{"|".join(key for key in KEYS if "_" in key or key in GLOBS)})[`"'*]*:\**\s*\S+$)"""
)
_IN_BLOCK = re.compile(
    r"""(?:^|[{,])[\s>*+-]*["']?([A-Za-z_-]{4,20})["']?\s*(?:=\s*[\["'{\dtf]|:\s*(?:[\["'\dtf]|$))"""
)
_SETTINGS = frozenset({"", "toml", "ini", "conf", "cfg", "config", "properties", "text", "txt", "json", "yaml", "yml"})
_EXAMPLES = frozenset({"markdown", "md"})
REMEDY = "write it into the ```toml block below the ticket's heading; an example goes into an HTML comment"


class _Roadmap(NamedTuple):
    document: Document
    tickets: Mapping[str, str]  # letters and digits of each id -> the id
    owner: Mapping[int, str]  # line of a section -> its ticket
    taken: frozenset[int]  # lines that are read: tables, terms, the sections' headings; and comments


def check(content: bytes | None, path: str = ROADMAP) -> None:
    """Mistake for the first heading, term or column that looks like one and is not read as one."""
    if fault := _first(content, path):
        raise fault


@functools.lru_cache(4)
def _first(content: bytes | None, path: str) -> Mistake | None:
    tickets = {ticket.id for ticket in read_roadmap(content, path)}
    document = outline(content or b"", path)
    found = chain(_columns(document, tickets), _faults(_read(document, tickets)), _empty(document, tickets))
    return next(((Mistake(what, path=path, line=line + 1, remedy=remedy)) for line, what, remedy in found), None)


def _read(document: Document, tickets: Collection[str]) -> _Roadmap:
    owner: dict[int, str] = {}
    taken = set(chain(*document.tables, *document.comments))
    for heading, lines in sections.parts(document):
        if (ticket := sections.ticket_of(heading, tickets)) in tickets:
            owner |= dict.fromkeys(lines, ticket)
            taken |= set(range(heading.line, heading.below))
            if fence := sections.block(document, lines):
                taken |= set(range(fence.first, fence.last))
    return _Roadmap(document, {_letters(name): name for name in tickets}, owner, frozenset(taken))


Fault = tuple[int, str, str]  # line from 0, what, remedy


def _faults(read: _Roadmap) -> Iterator[Fault]:
    fences = {line: fence for fence in read.document.fences for line in range(fence.first, fence.last)}
    headings = {heading.line: heading.text for heading in read.document.headings}
    closed = {fence: _reader(read, fence) for fence in fences.values()}
    for line, text in enumerate(read.document.lines):
        if line in read.taken:
            yield from _second(read, line, headings.get(line, ""))
            continue
        if (fence := fences.get(line)) is not None:
            yield from closed[fence](line, text.removesuffix("\r"))
        else:
            if head := headings.get(line) or _pseudo(text):
                yield from _heading(read, line, head)
            yield from _term(read, line, _IN_TEXT.match(text.rstrip()), "outside of a block")


def _reader(read: _Roadmap, fence: Fence) -> Callable[[int, str], Iterator[Fault]]:
    """How the lines of a block are looked at: of a programming language not at all, unless it never ends."""
    kind = (re.findall(r"\w+", fence.info.casefold()) or [""])[0]
    lines = read.document.lines[fence.first + 1 : fence.last - fence.closed]
    heads = [found for text in lines if (found := _named(read.tickets, _pseudo(text)))]
    if kind in _EXAMPLES and not heads:
        return lambda line, text: iter(())
    if kind not in _SETTINGS and kind not in _EXAMPLES and (fence.closed or not heads):
        return lambda line, text: iter(())

    def look(line: int, text: str) -> Iterator[Fault]:
        if not fence.closed or kind in _EXAMPLES:
            yield from _heading(read, line, _pseudo(text))
        yield from _term(read, line, _IN_BLOCK.search(text), _place(read, line, fence))

    return look


def _place(read: _Roadmap, line: int, fence: Fence) -> str:
    ticket = read.owner.get(line)
    if ticket is None:
        return "under no ticket's heading"
    is_toml = fence.info.casefold().split()[:1] == ["toml"]
    return f"in a second block of {ticket}" if is_toml else f"in a block of {ticket} that is not ```toml"


def _term(read: _Roadmap, line: int, match: re.Match[str] | None, where: str) -> Iterator[Fault]:
    if match:
        key = next(filter(None, match.groups())).casefold().replace("-", "_")
        if near := difflib.get_close_matches(key, KEYS, 1, NEAR):
            yield line, f"the term {near[0]} stands {where}, where nobody reads it", REMEDY


def _empty(document: Document, tickets: Collection[str]) -> Iterator[Fault]:
    """A term that names nothing would hold for everything."""
    for heading, lines in sections.parts(document):
        fence = sections.block(document, lines) if sections.ticket_of(heading, tickets) in tickets else None
        terms = tomllib.loads("\n".join(sections.body(document, fence))) if fence else {}
        for key in ("modify", "worker"):
            if fence and key in terms and not terms[key]:
                line = toml.line_of("\n".join(sections.body(document, fence)), (key,), fence.first + 2)
                yield line - 1, f"{key} is empty, and would be no bound", "leave it out, or name what is meant"


# --- headings --------------------------------------------------------------------------------------------


def _pseudo(text: str) -> str:
    """What stands in a line as its heading, however it is marked; empty: it is none."""
    match = _SHARP.match(text) or _TAGGED.match(text) or _BOLD.match(text)
    return match[1] if match else ""


def _heading(read: _Roadmap, line: int, text: str) -> Iterator[Fault]:
    if ticket := _named(read.tickets, text):
        if read.owner.get(line) != ticket:
            shown = " ".join(read.document.lines[line].split())[:40]
            yield line, f'"{shown}" does not begin the section of {ticket}', f"begin the line with: ## {ticket}"
        return
    match = sections.ID.match(text) if line not in read.owner else None
    if match and _prefix(match[0]) in map(_prefix, read.tickets.values()):
        yield line, f"a section for {match[0]}, which is not in the table", "correct the id, or add its row"


def _second(read: _Roadmap, line: int, text: str) -> Iterator[Fault]:
    """A heading that counts up several tickets is the section of its first one alone."""
    own = sections.ID.match(text)
    rest = _ALSO.match(text[own.end() :]) if own else None
    if rest and (other := _named(read.tickets, rest[1])):
        yield line, f"a section of two tickets: {other} would be told nothing of it", "give each a section of its own"


def _named(tickets: Mapping[str, str], text: str) -> str:
    """The ticket that a heading is about: its id comes first, or last in brackets, in any spelling; empty: none."""
    if not text:
        return ""
    text = _LINK.sub(r"\1 ", text)
    if "&" in text:
        from html import unescape  # a table of two thousand names, for one heading in as many

        text = unescape(text)
    plain = unicodedata.normalize("NFKC", text)
    words = [word for word in map(_letters, _WORDS.split(plain)) if word]
    while words and (words[0] in LEADS or _NUMBER.fullmatch(words[0])) and len(words) > 1:
        del words[0]
    if not words:
        return ""
    found = tickets.get(words[0]) or tickets.get("".join(words[:2]), "")
    in_brackets = plain.rstrip().endswith((")", "]")) and len(words) > 1
    return found or (tickets.get(words[-1], "") if in_brackets else "")


def _letters(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", word).casefold() if c.isalnum())


def _prefix(ticket: str) -> str:
    return ticket.rpartition("-")[0]


# --- columns ---------------------------------------------------------------------------------------------


def _columns(document: Document, tickets: Collection[str]) -> Iterator[Fault]:
    """A column under a name of its own that says nothing but what deps, priority or risk would."""
    table = find(document, TICKETS)
    known = list(rows(document, table))
    for name, says in {
        "deps": lambda cell: all(part.strip() in tickets for part in cell.split(",")),
        "priority": lambda cell: cell in list(Priority),
        "risk": lambda cell: cell in list(Risk),
    }.items():
        for column in table.columns if name not in table.columns else ():
            if column not in TICKETS.required and _all(known, column, says):
                yield table.lines.start, f'the column "{column}" says {name}, and is not read', f"call it {name}"


def _all(known: list[Row], column: str, says: Callable[[str], bool]) -> bool:
    cells = [row.cells[column] for row in known if row.cells[column]]
    return bool(cells) and all(map(says, cells))
