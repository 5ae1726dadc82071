"""Repositories with a day plan, and the command run on them as a person would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.line.conftest import Shop, at, make
from tests.trades.kit import DAY, PLAN_AT, SETTINGS

__all__ = ["DAY", "PLAN_AT", "SETTINGS", "at", "make"]

PLAN = """\
goal: Index, tag, strike
sources: {code: "src/*.py"}
lanes: {1: {name: scan, prio: A}, 2: {name: tag}, 3: strike, 8: {name: seal, prio: C}}
rules:
  greet: {ast: "print($A)", fix: "log($A)"}
  marks: {regex: "X{3}", report: a mark was left}
cards:
  scan: {type: SCAN, lane: 1, source: code, accept: {schema: index, count: inputs}}
  tag: {type: TAG, lane: 2, after: scan, rules: [greet, marks], follow: strike, accept: {schema: tag}}
follow:
  strike: {type: STRIKE, lane: 3, accept: {schema: strike}}
  report: {type: SEAL, lane: 8, after: strike, per: all, accept: {schema: seal, count: inputs}}
"""
SOURCES = {f"src/{name}.py": f"print({name!r})\n# XXX\n" if name < "d" else "pass\n" for name in "abcd"}

MakeDay = Callable[..., Shop]


@pytest.fixture
def make_day(make: Callable[..., Shop]) -> MakeDay:
    """make_day(plan, files=..., settings=..., tickets=(...)) -> a repository with that day's plan committed."""

    def build(
        plan: str = PLAN, *, files: Mapping[str, str] = SOURCES, settings: str = SETTINGS,
        tickets: tuple[str, ...] = (), **more: Any,
    ) -> Shop:  # fmt: skip
        return make(*tickets, settings=settings, files={PLAN_AT: plan, **files}, **more)

    return build


def cards(shop: Shop) -> dict[str, dict[str, Any]]:
    """The cards of `status --json`."""
    answer = shop.run("status", "--json")
    assert answer.code == 0, answer.err
    found: dict[str, dict[str, Any]] = answer.json["cards"]["cards"]
    return found


def states(shop: Shop) -> dict[str, str]:
    return {name: card["state"] for name, card in cards(shop).items()}


def records(shop: Shop, path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop.read(path).splitlines()]


def stamps(shop: Shop) -> list[str]:
    """The stamps of cards on main, oldest first."""
    return [line for line in reversed(shop.subjects()) if line.startswith("stamp(")]
