"""A day plan to change in a test, and cards made by hand."""

from __future__ import annotations

from factory.cards.card import Accept, Input, Prio, WorkItem
from factory.cards.crosscheck import read_day_plan
from factory.cards.dayplan import DayPlan
from factory.cards.rule import CardRule
from factory.cards.written import Written

DAY = "ssot/plans/dayplan_20261121.yaml"
PLAN = """\
goal: Index, tag, strike
sources:
  code: {globs: ["src/**/*.py"], exclude: ["src/old/**"]}
lanes: {1: {name: scan, prio: A}, 2: {name: tag}, 3: strike, 8: {name: seal, prio: C}}
rules:
  greet: {ast: "print($A)", fix: "log($A)", report: say it in the log}
  marks: {regex: "X{3}", report: a mark was left}
cards:
  scan: {type: SCAN, lane: 1, source: code, per: 2, accept: {schema: index, count: inputs}}
  tag: {type: TAG, lane: 2, after: scan, rules: [greet, marks], follow: strike, accept: {schema: tag}}
  seal: {type: SEAL, lane: 8, after: tag, per: all, accept: {schema: seal, count: inputs}}
follow:
  strike: {type: STRIKE, lane: 3, per: 2, accept: {schema: strike}}
  report: {type: SEAL, lane: 8, after: strike, per: all, accept: {schema: seal, count: inputs}}
"""


def plan(text: str = PLAN) -> Written[DayPlan]:
    return read_day_plan(DAY, text.encode())


def card(
    kind: str = "SCAN", serial: int = 1, *, prio: str = "A", deps: tuple[str, ...] = (), paths: tuple[str, ...] = (),
    reads: tuple[str, ...] = (), rules: tuple[CardRule, ...] = (), accept: Accept | None = None,
) -> WorkItem:  # fmt: skip
    return WorkItem(
        id=f"L1_{kind}_{serial:06}",
        lane=1,
        prio=Prio(prio),
        type=kind,
        input=Input(paths=paths, reads=reads, rules=rules),
        output=f"out/{serial}.jsonl",
        accept=accept or Accept(count=1),
        deps=deps,
    )
