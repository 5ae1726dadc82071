"""Each alert fires where it should and not where it should not: by our own judge, and by Prometheus' on the same numbers."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from factory import cli, pages
from factory.model import Event, State
from factory.money import pace
from factory.money.spend import Spend
from factory.observe.alerts import ALERTS, DAY, HOUR, WINDOWS, AlertRule, judge
from factory.observe.beyond import Beyond
from factory.observe.condition import Condition, Readings, promql, span
from factory.observe.exposition import text
from factory.observe.measured import GateRun, Measured
from factory.observe.metrics import METRICS
from factory.observe.moment import Learned
from factory.observe.prometheus_rules import alerts_yml
from factory.observe.values import Sample, counted, samples, values
from factory.records.papers import ModelCall, Paid
from tests.metrics.story import NOW, event, moment

ROOT = Path(__file__).parents[2]
PROMTOOL = shutil.which("promtool")
LONG_AGO, JUST_NOW = int(NOW) - 2 * DAY, int(NOW) - 600
RULES = {rule.name: rule for rule in ALERTS}


class Case(NamedTuple):
    """What happened, each event with what its evidence says, and how it stands."""

    events: tuple[Event, ...] = ()
    paid: Paid | None = None
    found: Mapping[str, Any] = {}  # of the fold, set by hand
    more: Mapping[str, Any] = {}  # of the moment

    def measured(self, until: float) -> Measured:
        events = [one for one in self.events if one.time <= until]
        beyond = {one.oid: Beyond(paid={one.ticket: self.paid}) for one in events} if self.paid else {}
        return dataclasses.replace(Measured().then(events, beyond), **self.found)

    def readings(self) -> Readings:
        before = {span: tuple(samples(counted(self.measured(NOW - span)))) for span in WINDOWS}
        return Readings(NOW, tuple(samples(values(self.measured(NOW), moment(**self.more)))), before)


def fails(count: int, at: int = JUST_NOW, triage: str = "TEST") -> tuple[Event, ...]:
    return tuple(event(f"fail D-{n} @{at}", str(n), Triage=triage) for n in range(count))


def stamps(count: int, at: int = JUST_NOW) -> tuple[Event, ...]:
    return tuple(event(f"stamped D-{n} @{at}", str(n)) for n in range(count))


def stop(kind: str, at: int) -> tuple[Event, ...]:
    return (event(f"stop - @{at}", Stop=kind),)


def later(count: int, at: int = JUST_NOW) -> tuple[Event, ...]:
    return tuple(event(f"later D-{n} @{at}", f"{pace.LIMITED}: waits {n} s") for n in range(count))


def budget(usd: float, reserved: float = 0.0) -> dict[str, Any]:
    """Half of the calls are used too: the caps are not added up."""
    return {"spent": Spend(calls=50, usd=usd), "reserved": Spend(usd=reserved)}  # type: ignore[arg-type]


def gated(seconds: float = 1.0) -> Paid:
    return Paid("D-1", judged=True, seen=(ModelCall(path="/messages", model="m", status=200, seconds=seconds),))


def gate(tests: int, flaky: int) -> dict[str, Any]:
    return {"gate": (GateRun(True, tests, flaky),)}


BLOCKED, DONE = ("ticket", State.BLOCKED), ("card", State.DONE)
# alert -> (a case in which it fires, and one next to it in which it does not)
CASES: dict[str, tuple[Case, Case]] = {
    "FactoryStopped": (Case(more={"state": "FAIL_STOP"}), Case(more={"state": "RECOVERABLE"})),
    "FactoryKilled": (Case(more={"state": "RECOVERABLE", "killed": True}), Case(more={"state": "RECOVERABLE"})),
    "FactoryHangs": (
        Case(more={"state": "RUNNING", "running": 2, "stale": 1}),
        Case(more={"state": "RECOVERABLE", "running": 2, "stale": 2}),
    ),
    "FactoryStorm": (Case(stop("storm", JUST_NOW)), Case((*stop("storm", LONG_AGO), *stop("budget", JUST_NOW)))),
    "FactoryOverCap": (Case(more=budget(9, 1.5)), Case(more=budget(9, 1))),
    "FactoryLandsNothing": (Case((*stamps(1, LONG_AGO), *fails(6))), Case((*fails(6), *stamps(1)))),
    "FactoryBudgetNearlyUsed": (Case(more=budget(7, 1)), Case(more=budget(7, 0.9))),
    "FactoryBlocked": (Case(more={"items": {BLOCKED: 1, DONE: 3}}), Case(more={"items": {BLOCKED: 0, DONE: 3}})),
    "FactoryStarves": (
        Case(stamps(1), more={"oldest": NOW - DAY - 60}),
        Case(stamps(1, LONG_AGO), more={"oldest": NOW - DAY - 60}),
    ),
    "FactoryGateRefuses": (Case((*fails(7), *stamps(3)), gated()), Case((*fails(6), *stamps(4)), gated())),
    "FactoryFlakyTests": (Case(found=gate(100, 3)), Case(found=gate(100, 2))),
    "FactoryRedMain": (Case(more={"red": 1}), Case()),
    "FactoryModelErrors": (Case(later(10)), Case((*later(9), *later(9, LONG_AGO)))),
    "FactoryModelSlow": (Case(fails(10), gated(90.0)), Case(fails(9), gated(90.0))),
    "FactoryTampered": (Case(fails(1, triage="TAMPER")), Case((*fails(1), *fails(1, LONG_AGO, "TAMPER")))),
    "FactoryTookBack": (Case((event(f"rewind D-1 @{JUST_NOW}"),)), Case((event(f"rewind D-1 @{LONG_AGO}"),))),
    "FactoryLearnsNothing": (Case(more={"learned": Learned(10, 10, 2)}), Case(more={"learned": Learned(10, 10, 3)})),
    "FactoryCameBack": (Case(more={"learned": Learned(1, 1, 0, 1)}), Case(more={"learned": Learned(1, 1, 0, 0)})),
    "FactoryNumbersOld": (Case(more={"at": NOW - 901}), Case(more={"at": NOW - 900})),
}
EVERY = [(name, fires) for name in RULES for fires in (True, False)]


def case(name: str, fires: bool) -> Case:
    return CASES[name][not fires]


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    assert list(CASES) == list(RULES)
    assert len(RULES) == len(ALERTS)


@pytest.mark.parametrize(("name", "fires"), EVERY)
def test_an_alert_fires_where_it_should_and_only_there(name: str, fires: bool) -> None:
    assert (name in [one.rule.name for one in judge(case(name, fires).readings())]) is fires


def test_where_nothing_is_wrong_and_where_nothing_ever_happened_no_alert_fires() -> None:
    assert judge(Case().readings()) == []
    assert judge(Readings(NOW, (), dict.fromkeys(WINDOWS, ()))) == []


# --- Prometheus' own judge --------------------------------------------------------------------------------

STEP = 600  # seconds between two looks of Prometheus
BEHIND = max(WINDOWS) + DAY  # so long it has looked already


def series(name: str, one: Case) -> list[dict[str, str]]:
    """What Prometheus saw of an alert's metrics: at each look as they were then; moments count from its first look."""
    wanted = {metric for asked in RULES[name].when for metric in (asked.metric, asked.per)}
    looks = [NOW - BEHIND + n * STEP for n in range(BEHIND // STEP + 1)]
    ends = sorted({event.time for event in one.events})
    seen = [_page(one, at) for at in dict.fromkeys([*(at - 1 for at in ends), NOW])]
    names = dict.fromkeys(key for page in seen for key in page if key[0] in wanted)
    turns = [sum(end <= look for end in ends) for look in looks]
    return [
        {
            "series": f"{name}{_labels(labels)}",
            "values": _runs([_then(seen[turn].get((name, labels))) for turn in turns]),
        }
        for name, labels in names
    ]


def _page(one: Case, at: float) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    page = samples(values(one.measured(at), moment(**{"at": NOW, **one.more})))
    return {(s.name, s.labels): s.value - (NOW - BEHIND) * s.name.endswith("_timestamp_seconds") for s in page}


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    told = [*labels, ("instance", "here"), ("repository", "shop")]
    return "{" + ",".join(f'{key}="{word}"' for key, word in told) + "}"


def _then(value: float | None) -> str:
    return "_" if value is None else repr(float(value)).replace("inf", "Inf")


def _runs(told: list[str]) -> str:
    """As promtool writes a value that stays: `5x10` is one and ten more."""
    out, at = [], 0
    while at < len(told):
        end = at
        while end < len(told) and told[end] == told[at]:
            end += 1
        out.append(f"{told[at]}x{end - at - 1}" if told[at] == "_" else f"{told[at]}+0x{end - at - 1}")
        at = end
    return " ".join(out)


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package prometheus has it)")
def test_prometheus_takes_the_rules_and_judges_each_case_as_we_do(tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").write_text(alerts_yml(), encoding="utf-8")
    tests = [
        {
            "name": f"{name} {'fires' if fires else 'is quiet'}",
            "interval": f"{STEP}s",
            "input_series": series(name, case(name, fires)),
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing",priority="{RULES[name].priority}"}})',
                    "eval_time": f"{BEHIND // 60}m",
                    "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
                }
            ],
        }
        for name, fires in EVERY
    ]
    asked = tmp_path / "test.yml"
    asked.write_text(
        yaml.safe_dump({"rule_files": ["alerts.yml"], "evaluation_interval": f"{BEHIND // 60}m", "tests": tests}),
        encoding="utf-8",
    )
    assert _promtool("check", "rules", str(tmp_path / "alerts.yml")) == (0, "")
    assert _promtool("test", "rules", str(asked)) == (0, "")


def _promtool(*words: str) -> tuple[int, str]:
    done = subprocess.run([str(PROMTOOL), *words], capture_output=True, text=True, timeout=300)
    return done.returncode, (done.stdout + done.stderr) if done.returncode else ""


# --- what is made of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        (Condition("a", ">", 0), "sum by (instance, repository) (a) > 0"),
        (Condition("a", "<", 0.5, labels=(("x", "y"),)), 'sum by (instance, repository) (a{x="y"}) < 0.5'),
        (Condition("a", ">=", 1, over=3 * HOUR), "sum by (instance, repository) (increase(a[3h])) >= 1"),
        (
            Condition("a", ">", 1, over=90, per="b"),
            "sum by (instance, repository) (increase(a[90s])) / sum by (instance, repository) (increase(b[90s])) > 1",
        ),
        (Condition("a", ">", 900, age=True), "time() - sum by (instance, repository) (a) > 900"),
        (Condition("a", ">", 1, most=True), "max by (instance, repository) (a) > 1"),
    ],
)
def test_a_condition_as_prometheus_reads_it(asked: Condition, written: str) -> None:
    assert promql(asked) == written


def test_a_span_is_written_in_the_largest_unit_that_fits() -> None:
    assert [span(seconds) for seconds in (90, 60, 3600, 86400, 90000)] == ["90s", "1m", "1h", "1d", "25h"]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.name)
def test_an_alert_is_about_metrics_that_there_are_and_says_it_in_both_languages(rule: AlertRule) -> None:
    known = {metric.name: metric for metric in METRICS}
    for asked in rule.when:
        metric = known[asked.metric]
        assert {key for key, _ in asked.labels} <= set(metric.labels)
        assert not asked.per or asked.per in known
        if asked.over:
            assert metric.kind == "counter"
            assert asked.metric in counted(Measured())  # it is known of earlier moments too
            assert any(one.name == asked.metric for one in samples(counted(Measured())))  # its first rise is seen
    assert rule.english.endswith(".")
    assert re.search("[가-힣].*[.다]$", rule.korean)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.name)
def test_an_alert_has_a_runbook_whose_commands_there_are(rule: AlertRule) -> None:
    page = pages.page(rule.runbook)
    assert page == pages.page(rule.runbook.lower())
    assert page.startswith(f"# {rule.name}\n\n**{rule.priority}.** {rule.english}\n\n{rule.korean}\n")
    heads = ["## What it means", "## Where to look", "## What to do", "## It is over when"]
    assert re.findall("(?m)^## .*", page) == heads
    commands = {*cli.commands().commands}  # type: ignore[attr-defined]
    asked = re.findall(r"`factory ([a-z_-]+)", page)
    assert set(asked) <= commands
    names = {name.removesuffix(end) for name in _names() for end in ("", "_bucket", "_count", "_sum")}
    assert set(re.findall(r"`((?:factory|gpt5|ko|kb|ci|github)_[a-z0-9_]+)`", page)) <= names


def _names() -> Iterable[str]:
    return (metric.name for metric in METRICS)


def test_there_is_no_runbook_without_its_alert_and_each_is_there_in_both_languages() -> None:
    found = sorted(path.name for path in (ROOT / "docs/observability/runbooks").glob("*"))
    assert found == sorted(f"{name}{end}" for name in RULES for end in (".md", ".ko.md"))


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    from factory.observe.dashboard import grafana_json

    known = {*_names(), *(f"{name}_bucket" for name in _names()), "ALERTS"}
    shown = set(re.findall(r"\b((?:factory|gpt5|ko|kb|ci|flaky|github|auto|alert|user)_[a-z0-9_]+)\b", grafana_json()))
    assert shown <= known
    assert len(shown) > 20


def test_the_dashboard_has_a_place_for_each_panel() -> None:
    from factory.observe.dashboard import grafana_json

    panels = json.loads(grafana_json())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 20
    taken = set[tuple[int, int]]()
    for at in (panel["gridPos"] for panel in panels):
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package prometheus has it)")
def test_prometheus_reads_every_question_of_the_dashboard(tmp_path: Path) -> None:
    from factory.observe.dashboard import grafana_json

    panels = json.loads(grafana_json())["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    asked = [expr.replace("$__rate_interval", "5m").replace("$repository", ".*") for expr in asked]
    rules = [{"record": f"panel_{n}", "expr": expr} for n, expr in enumerate(asked)]
    at = tmp_path / "panels.yml"
    at.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    assert _promtool("check", "rules", str(at)) == (0, "")


def test_a_page_of_samples_can_be_judged_as_well_as_the_numbers_themselves() -> None:
    """What Prometheus scrapes and what `factory alerts` judges are the same samples."""
    from prometheus_client.parser import text_string_to_metric_families as parsed

    one = case("FactoryBlocked", True)
    page = text(values(one.measured(NOW), moment(**one.more)), "shop")
    scraped = [Sample(s.name, tuple(s.labels.items()), s.value) for family in parsed(page) for s in family.samples]
    before = one.readings().before
    assert [fired.rule.name for fired in judge(Readings(NOW, tuple(scraped), before))] == ["FactoryBlocked"]
