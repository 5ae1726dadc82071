"""What is told, as values: a cause is found in the ledger, a notice is its words."""

from __future__ import annotations

from typing import Literal, NamedTuple

from factory.ssot.settings import Word

Urgency = Literal["P0", "P1", "P2", "P3"]
URGENT: tuple[Urgency, ...] = ("P0", "P1")  # somebody ought to look now


class Cause(NamedTuple):
    """One thing that happened, to one item or to many: it is told once a day, whoever it happened to."""

    event: Word
    key: str  # what makes two the same
    kind: str = ""  # a key of `stops.STOPS`, or a triage
    why: str = ""  # the exact reason
    items: tuple[str, ...] = ()
    since: float = 0.0  # seconds since the epoch


class Notice(NamedTuple):
    """One message."""

    event: Word
    key: str
    title: str
    happened: str
    todo: str
    look: str  # the file or the command that tells more
    urgency: Urgency = "P2"
    items: tuple[str, ...] = ()
    also: tuple[Word, ...] = ()  # what it is about, too: who hears of that alone hears this

    @property
    def text(self) -> str:
        """All of it but the title, a line each."""
        return "\n".join(filter(None, (self.happened, self.todo, self.look)))

    def concerns(self, events: tuple[Word, ...]) -> bool:
        """Whether somebody who wants to hear of these events hears this."""
        if self.event == "alert":
            return any(self.urgency <= word.partition(":")[2] or word == "alert" for word in events)
        return not {self.event, *self.also}.isdisjoint(events)
