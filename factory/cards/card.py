"""The card: one small piece of work that is not a coding ticket."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from factory.cards.rule import CardRule
from factory.errors import Exit, FactoryError
from factory.model import Value
from factory.ssot.settings import CardType as CardType

TYPES = frozenset({"SCAN", "TAG", "STRIKE", "TEST", "PATCH", "VERIFY", "SEAL", "TRIAGE"})
LAST_SERIAL = 999_999
_ID = re.compile(r"L([1-8])_([A-Z][A-Z0-9]*)_([0-9]{6})")

CardId = Annotated[str, StringConstraints(pattern=f"^{_ID.pattern}$")]
LaneNumber = Annotated[int, Field(ge=1, le=8)]


class Prio(enum.StrEnum):
    """A goes first; each packet keeps room for all four."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class CostHint(enum.StrEnum):
    """What a card is expected to cost; chooses the worker's model, never the cap."""

    LOW = "LOW"
    MID = "MID"
    HIGH = "HIGH"


class FailedFast(FactoryError):
    """A card's failfast condition was met: the card ends here, and its attempt is a FAIL."""

    exit = Exit.FAIL


def _inside(path: str) -> str:
    parts = path.split("/")
    if {"", ".", ".."}.intersection(parts) or parts[0].casefold() in (".git", ".factory") or "\0" in path:
        raise ValueError("not a path inside the repository")
    return path


Inside = Annotated[str, AfterValidator(_inside)]


class Input(Value):
    """All that a card's worker is given."""

    root: str = Field("", description="absolute folder that `paths` are in; empty: the repository")
    paths: tuple[str, ...] = Field((), description="files to work on")
    reads: tuple[str, ...] = Field((), description="outputs of earlier cards, in the repository")
    rules: tuple[CardRule, ...] = ()
    worker: str = Field("", description="a name from ssot/factory.toml; empty: the built-in worker of the type")
    follow: str = Field("", description="the follow-up that this card's tags feed")

    @property
    def size(self) -> int:
        """How many things the card works on: its files, else the outputs that it reads."""
        return len(self.paths) or len(self.reads)


class Span(Value):
    """How many records an output must hold."""

    min: int = Field(0, ge=0)
    max: int | None = Field(None, ge=0)


class Accept(Value):
    """What a card's output must be. At least one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    shape: str | dict[str, str] = Field("", alias="schema", description="a record's name, or keys with their types")
    command: str = Field("", description="shell command, run in the gate's sandbox at the repository's root")
    count: Literal["inputs"] | Annotated[int, Field(ge=0)] | Span | None = Field(
        None, description="records in the output: one an input, so many, or from min to max"
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Accept:
        if not self.shape and not self.command.strip() and self.count is None:
            raise ValueError("accept asks for nothing: give it a schema, a command or a count")
        return self


class Failfast(Value):
    """When a card is given up at once."""

    errors: int = Field(0, ge=0, description="records that may carry an error; one more ends the card")
    records: int | None = Field(None, ge=0, description="records that may be written; one more ends the card")
    minutes: float | None = Field(None, gt=0, description="the card's time limit; default: caps.worker_minutes")


class WorkItem(Value):
    """A card."""

    id: CardId
    lane: LaneNumber
    prio: Prio
    type: CardType
    input: Input
    output: Inside = Field(description="path of the JSONL file that the card writes, in the repository")
    accept: Accept
    failfast: Failfast = Failfast()
    cost_hint: CostHint = CostHint.LOW
    deps: tuple[CardId, ...] = ()

    @model_validator(mode="after")
    def _is_its_id(self) -> WorkItem:
        lane, kind, _ = card_parts(self.id)
        if (lane, kind) != (self.lane, self.type):
            raise ValueError(f"the id {self.id} says lane {lane} and type {kind}")
        if self.id in self.deps:
            raise ValueError(f"{self.id} depends on itself")
        return self


def card_parts(card_id: str) -> tuple[int, str, int]:
    """Lane, type and serial number of an id; ValueError where it is none."""
    if not (found := _ID.fullmatch(card_id)):
        raise ValueError(f"{card_id} is no card id: L1_SCAN_000123 is one")
    return int(found[1]), found[2], int(found[3])


def card_ids(lane: int, kind: str, last: int) -> Iterator[str]:
    """The ids after `last`, in order; ends at 999,999."""
    return (f"L{lane}_{kind}_{serial:06}" for serial in range(last + 1, LAST_SERIAL + 1))


def is_card(name: str) -> bool:
    """Whether it is a card's id, and no ticket's."""
    try:
        card_parts(name)
    except ValueError:
        return False
    return True
