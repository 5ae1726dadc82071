"""Day plans and week plans: what a person writes in the evening, at most thirty lines of it."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from factory.cards.card import Accept, CardType, CostHint, Failfast, Inside, LaneNumber, Prio
from factory.cards.places import PLANS
from factory.cards.rule import RuleTerms
from factory.cards.written import Written, read_written
from factory.errors import Mistake
from factory.model import Value

MAX_LINES = 30
_DAY = re.compile(r"dayplan_([0-9]{8})\.yaml")

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Globs = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Source(Value):
    """Files to work on. `docs: ["docs/**"]` is short for `docs: {globs: ["docs/**"]}`."""

    globs: Globs = Field(min_length=1, description="each must name at least one file")
    exclude: Globs = ()
    root: str = Field("", description="absolute folder outside the repository; empty: the repository's tree")

    @field_validator("root")
    @classmethod
    def _absolute(cls, root: str) -> str:
        if root and not root.startswith("/"):
            raise ValueError("a root is an absolute folder; leave it out for the repository")
        return root.rstrip("/") or root


class Lane(Value):
    """What the cards of a lane have in common. `1: scan` is short for `1: {name: scan}`."""

    name: str = ""
    prio: Prio = Prio.B
    cost_hint: CostHint = CostHint.LOW
    worker: str = Field("", description="a name from ssot/factory.toml; empty: the built-in worker of the type")


class Template(Value):
    """One kind of card. What it leaves out comes from its lane."""

    type: CardType
    lane: LaneNumber
    accept: Accept
    failfast: Failfast = Failfast()
    source: Name | None = Field(None, description="a source: its files are dealt to the cards")
    after: Names = Field((), description="templates above this one, whose cards come first")
    per: Annotated[int, Field(ge=1)] | Literal["all"] = Field(1, description="files (or earlier cards) for one card")
    rules: Names = ()
    follow: Name | None = Field(None, description="the follow-up that the tags of these cards feed")
    prio: Prio | None = None
    cost_hint: CostHint | None = None
    worker: str | None = None


def _source(value: Any) -> Any:
    return {"globs": value} if isinstance(value, str | list) else value


def _lane(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class DayPlan(Value):
    """`ssot/plans/dayplan_YYYYMMDD.yaml`."""

    goal: Sentence
    serves: Name | None = Field(None, description="a goal of the week's plan")
    sources: dict[Name, Annotated[Source, BeforeValidator(_source)]] = Field({})
    lanes: dict[LaneNumber, Annotated[Lane, BeforeValidator(_lane)]] = Field(min_length=1)
    rules: dict[Name, RuleTerms] = Field({})
    cards: dict[Name, Template] = Field(min_length=1)
    follow: dict[Name, Template] = Field({}, description="cards made from what TAG cards found")
    output: Inside = Field("output", description="folder, in the repository, that cards write below")


class Goal(Value):
    id: Name
    goal: Sentence


class WeekPlan(Value):
    """`ssot/plans/weekplan_YYYYWW.yaml` (ISO year and week)."""

    goals: tuple[Goal, ...] = Field(min_length=3, max_length=5)


def read_week_plan(path: str, content: bytes) -> Written[WeekPlan]:
    """Three to five goals with ids of their own. Mistake, with file and line."""
    plan = read_written(WeekPlan, path, content, max_lines=MAX_LINES)
    seen: set[str] = set()
    for index, goal in enumerate(plan.value.goals):
        if goal.id in seen:
            raise plan.mistake(f"goal {goal.id} is written twice", "goals", index, "id")
        seen.add(goal.id)
    return plan


def day_of(path: str) -> str:
    """`20261121`, from a day plan's path."""
    found = _DAY.fullmatch(path.rpartition("/")[2])
    try:
        datetime.date.fromisoformat(found[1] if found else "")
    except ValueError:
        remedy = f"call it {PLANS}/dayplan_YYYYMMDD.yaml"
        raise Mistake("a day plan is named by its day", path=path, line=1, remedy=remedy) from None
    assert found
    return found[1]
