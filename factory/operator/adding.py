"""`factory add`: a ticket from one sentence, PLANNED, with a section to fill and a first criterion. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from factory.errors import Mistake
from factory.model import Criterion, Ticket, TicketStatus
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.edits import add_criterion, add_ticket

TITLE = 100  # characters; a title is a commit's subject too
SECTION = """\
{sentence}

- Now: what happens, with an example.
- Then: what should happen instead, and how one would notice.
- Bounds: what must stay as it is."""
_NUMBERED = re.compile(r"(.*?-)([0-9]+)")


class Added(NamedTuple):
    """Both documents as they are to be written."""

    roadmap: bytes
    ledger: bytes
    ticket: str
    criterion: str


def add(sentence: str, roadmap: bytes, ledger: bytes, check: str = "") -> Added:
    """Mistake where the sentence is empty, or a document is wrong."""
    text = " ".join(sentence.split())
    if not text:
        raise Mistake("an empty sentence", remedy='say what is to be done: factory add "Parse ISO dates"')
    name = next_id([ticket.id for ticket in read_roadmap(roadmap)])
    first = _criterion_id(name, {criterion.id for criterion in read_ledger(ledger)})
    ticket = Ticket(
        id=name,
        status=TicketStatus.PLANNED,
        title=_title(text),
        prose=SECTION.format(sentence=text),
    )
    criterion = Criterion(id=first, ticket=name, text=text, check=check)
    return Added(add_ticket(roadmap, ticket), add_criterion(ledger, criterion), name, first)


def next_id(ids: Collection[str]) -> str:
    """The number after the highest of the commonest kind of id, as wide as its kind: D-007 after D-001 and D-006."""
    found = [match for name in ids if (match := _NUMBERED.fullmatch(name))]
    if not found:
        return "D-001"
    prefix = Counter(match[1] for match in found).most_common(1)[0][0]
    numbers = [match[2] for match in found if match[1] == prefix]
    return f"{prefix}{max(map(int, numbers)) + 1:0{max(map(len, numbers))}}"


def _criterion_id(ticket: str, taken: Collection[str]) -> str:
    """AC-007-1 for D-007; the whole ticket id in it where that one is taken."""
    short = f"AC-{ticket.rpartition('-')[2]}-1"
    return short if short not in taken else f"AC-{ticket}-1"


def _title(text: str) -> str:
    return text if len(text) <= TITLE else text[: TITLE - 1].rsplit(" ", 1)[0].rstrip() + "…"
