"""What the Gemini worker and its model said is kept word by word: masked, bounded, with what each request cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory.egress.meter import Usage
from factory.egress.prices import cost
from factory.records.exchanges import MESSAGES, MOST, Exchange, read, written
from tests.servers import Refusal, Reply
from tests.servers.script import Answer
from tests.workers.test_gemini import RIGHT, WRONG, _key, answer, run

__all__ = ["_key"]
PAID = cost(Usage(1, 900, 300, 65, 25), "google", "gemini-2.5-flash")


def said(work: object) -> list[Exchange]:
    return read(work.extra[MESSAGES])  # type: ignore[attr-defined]


def test_each_question_is_kept_as_it_was_sent_with_its_answer_and_its_price(tmp_path: Path) -> None:
    work, books, purse = run(tmp_path, [answer(WRONG), answer(RIGHT)])
    found = said(work)
    assert [one.request for one in found] == [served.ask.body for served in books.served]
    assert [json.loads(one.answer)["edits"] for one in found] == [[WRONG], [RIGHT]]
    assert [(one.status, one.tokens_in, one.tokens_out) for one in found] == [(200, 900, 65)] * 2
    assert [one.usd for one in found] == pytest.approx([PAID, PAID])
    assert found[0].url.endswith("/v1beta/models/gemini-2.5-flash:generateContent")
    assert b"the-key" not in work.extra[MESSAGES]
    lines = [json.loads(line) for line in work.extra["egress.jsonl"].splitlines()]
    assert [line.get("usd") for line in lines] == [None, pytest.approx(PAID), None, pytest.approx(PAID)]
    assert sum(line.get("usd", 0) for line in lines) == pytest.approx(work.report.cost_usd)
    assert purse.total("tokens_in") == sum(line.get("tokens_in", 0) for line in lines)


@pytest.mark.parametrize(
    ("script", "status", "note", "paid"),
    [
        ([Refusal(429, retry=7)], 429, "the provider answered 429", 0.0),
        ([Reply("half", finish="length")] * 2, 200, "cut at its length limit", None),
        ([Reply("", finish="safety")], 200, "blocked (SAFETY)", None),
    ],
)
def test_what_came_of_a_question_that_went_wrong_is_kept_too(
    tmp_path: Path, script: list[Answer], status: int, note: str, paid: float | None
) -> None:
    work, _, purse = run(tmp_path, script)
    last = said(work)[-1]
    assert (last.status, last.request != {}) == (status, True)
    assert note in last.note
    assert sum(one.usd for one in said(work)) == pytest.approx(float(purse.usd) if paid is None else paid)


def test_an_answer_that_was_not_bought_again_says_so(tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    run(tmp_path / "a", [answer(RIGHT)], answers=answers)
    work, books, _ = run(tmp_path / "b", [], answers=answers, settings={"base_url": "http://127.0.0.1:9"})
    assert books.calls == 0
    (one,) = said(work)
    assert (one.status, one.usd, one.note) == (0, 0, "bought in an earlier try")
    assert json.loads(one.answer)["edits"] == [RIGHT]


def test_secrets_are_masked_before_a_text_is_cut_and_every_line_stays_json(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = 'swordfish\n"and\\herring"'
    long = ("x" * 100 + "\n") * 20_000
    question = {"contents": [{"role": "user", "parts": [{"text": f"{secret} {long} {secret}"}]}], "n": 1.5}
    content = written([Exchange(request=question, answer=f"{long}{secret}"), Exchange(answer="short")], (secret,))
    assert b"swordfish" not in content
    assert b"herring" not in content
    first, second = read(content)
    assert second.answer == "short"
    assert "[redacted:known]" in first.request["contents"][0]["parts"][0]["text"]
    assert "left out here" in first.answer
    assert first.request["n"] == 1.5
    assert len(content) < MOST * 1.1


def test_what_is_no_line_is_left_out() -> None:
    good = written([Exchange(answer="yes")], ())
    assert [one.answer for one in read(b"rubbish\n[]\n" + good + b'{"time": "x"}\n' + good[:20])] == ["yes"]
    assert written([], ()) == b""
