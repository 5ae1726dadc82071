"""The page for when something is wrong: it shows the alerts, and no rules of its own."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path

import pytest

from factory import pages
from factory.desk.metrics import ANEW
from factory.desk.panes.incident import Alarms
from factory.desk.panes.runbook import sections
from factory.desk.panes.words import LANGUAGES
from factory.line.knowledge import Fix, Lesson
from factory.model import Triage
from factory.observe import reading
from factory.observe.alerts import ALERTS, DAY, AlertRule
from factory.observe.moment import learned
from tests.desk.conftest import Mixed
from tests.web.conftest import Served

HEAD = re.compile(r'<h3 id="alert-\d+"><span class="(?:bad|warn)">(\S+)</span> (\w+)</h3>')


@pytest.fixture
def blocked(mixed: Mixed) -> Path:
    shop = mixed()
    assert shop.run("run").code == 1
    return shop.path


def test_what_fires_is_what_factory_alerts_says_with_its_number_and_its_runbook(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    told = json.loads(shop.run("alerts", "--json").out)["firing"]
    page = html.unescape(served(shop.path).get("/incident").text)
    assert [name for _, name in HEAD.findall(page)] == [one["name"] for one in told]
    assert "FactoryBlocked" in {one["name"] for one in told}
    for one in told:
        assert one["summary"] in page
    blocked = next(one for one in told if one["name"] == "FactoryBlocked")
    assert f"<dd>{blocked['value']:g}</dd>" in page
    assert 'factory_items{state="BLOCKED"}' in page
    for words in ("What it means", "its attempts count from there.", "<code>factory retry D-001</code>"):
        assert words in page


def test_what_fires_is_said_in_the_pages_language(blocked: Path, served: Served) -> None:
    page = html.unescape(served(blocked).get("/incident?lang=ko").text)
    assert ("나중에", "FactoryBlocked") in HEAD.findall(page)
    rule = next(rule for rule in ALERTS if rule.name == "FactoryBlocked")
    assert rule.korean in page
    assert rule.english not in page
    for words in ("볼 곳", "시도 횟수를 그때부터 다시 셉니다.", "<code>factory retry D-001</code>"):
        assert words in page
    assert "What it means" not in page
    assert "its attempts count from there." not in page


def test_where_nothing_is_wrong_nothing_fires(mixed: Mixed, served: Served) -> None:
    page = served(mixed().path).get("/incident").text
    assert HEAD.findall(page) == []
    assert "Nothing fires." in page
    assert "READY" in page


def test_a_second_look_reads_only_the_last_days_events(blocked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, between = list[int](), reading.between

    def counted(*asked: object) -> object:
        found = between(*asked)  # type: ignore[arg-type]
        read.append(len(found))
        return found

    monkeypatch.setattr(reading, "between", counted)
    alarms = Alarms(blocked, lambda: time.time() + 2 * DAY)
    first = alarms.fired()
    assert alarms._yesterday != ANEW
    assert alarms.fired() == first
    assert read[0] > 10
    assert read[1:] == [0]


# --- a runbook as values


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.name)
def test_no_word_of_a_runbook_is_lost(rule: AlertRule, language: str) -> None:
    text = pages.page(rule.runbook, language)
    found = sections(text)
    shown = list[str]()
    for section in found:
        shown.append(section.head)
        for block in section.blocks:
            shown += ["".join(piece.text for piece in line) for line in block.lines]
    body = text[text.index("## ") :].replace("`", "")
    assert " ".join(shown).split() == re.sub(r"(?m)^(?:## |- |\d+\. )", "", body).split()
    assert found[0].head == {"en": "What it means", "ko": "뜻"}[language]
    assert {block.kind for section in found for block in section.blocks} == {"text", "items", "steps"}


def test_a_runbook_is_told_apart_into_paragraphs_lists_and_what_is_typed() -> None:
    (section,) = sections("# A\n\nabove\n\n## One\n\nfirst `a b`\nsecond\n\nthird\n\n- x\n  y\n- z\n\n1. q\n")
    told = [(block.kind, ["".join(piece.text for piece in line) for line in block.lines]) for block in section.blocks]
    assert told == [("text", ["first a b second"]), ("text", ["third"]), ("items", ["x y", "z"]), ("steps", ["q"])]
    assert [piece.text for piece in section.blocks[0].lines[0] if piece.code] == ["a b"]


# --- what came back


def test_a_failure_came_back_where_its_fix_was_known_and_it_was_seen_within_a_day() -> None:
    fix, now = Fix(stamp="c" * 40, ticket="D-1"), 10.0 * DAY
    again = Lesson(fingerprint="f", triage=Triage.TEST, fixes=(fix,), seen=3, after_fix=1, last=now - DAY + 1)
    old = again.model_copy(update={"last": now - DAY})
    never = Lesson(fingerprint="f", triage=Triage.TEST, seen=3, last=now)
    found = learned([again, old, never], now)
    assert (found.fingerprints, found.recurrences, found.came_back) == (3, 6, 1)
