"""The Gemini worker: the real SDK against a stand-in, with every trap that was found."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from factory.egress.meter import Usage
from factory.egress.prices import cost, worst
from factory.errors import CouldNotRun, Mistake, Stopped
from factory.model import Ended
from factory.money.spend import bill
from factory.proposals.answers import Answers
from factory.records.papers import calls
from factory.workers import Work, gemini
from tests.servers import Ask, Books, Drop, Hang, Raw, Refusal, Reply, Tokens, serve
from tests.servers import gemini as stand_in
from tests.servers.gemini import COUNTED
from tests.servers.script import Answer, Script
from tests.workers.making import Purse, failed_before, make_settings, make_task

COUNTS = Tokens(prompt=900, cached=300, out=40, thought=25)
RIGHT = {"path": "calc.py", "hunks": [{"search": "a - b", "replace": "a + b"}]}
WRONG = {"path": "calc.py", "hunks": [{"search": "a * b", "replace": "a + b"}]}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key")


def answer(*edits: dict[str, Any], summary: str = "It adds now.", **more: Any) -> Reply:
    return Reply(json.dumps({"summary": summary, "edits": edits}), tokens=COUNTS, **more)


def run(
    tmp_path: Path,
    script: Script | list[Answer],
    *,
    purse: Purse | None = None,
    settings: Any = None,
    answers: Path | None = None,
    **plan: Any,
) -> tuple[Work, Books, Purse]:
    purse = purse or Purse()
    with serve(stand_in.WIRE, script) as server:
        given = make_settings(**{"base_url": server.url, **(settings or {})})
        work = gemini.work(make_task(tmp_path, given, purse=purse, answers=answers, **plan))
    assert purse.open == set()
    return work, server.books, purse


def calc(tmp_path: Path) -> str:
    return (tmp_path / "room/calc.py").read_text()


def test_a_right_answer_is_placed_and_the_books_agree_to_the_token(tmp_path: Path) -> None:
    work, books, purse = run(tmp_path, [answer(RIGHT)])
    assert work.ended is Ended.DONE
    assert calc(tmp_path) == "def add(a, b):\n    return a + b\n"
    assert work.report.summary == "It adds now."
    assert work.report.model == "gemini-2.5-flash"
    assert purse.total("calls") == books.calls == work.report.calls == 1
    assert purse.total("tokens_in") == books.sum("prompt") == work.report.tokens_in
    assert purse.total("tokens_out") == books.sum("out") + books.sum("thought") == work.report.tokens_out
    expected = cost(Usage(1, 900, 300, 65, 25), "google", "gemini-2.5-flash")
    assert purse.usd == pytest.approx(expected, abs=1e-6)
    assert 0 < purse.usd < worst(900, 65, "google", "gemini-2.5-flash")  # what came from the cache is cheaper


def test_the_worst_case_is_reserved_from_a_count_before_the_call(tmp_path: Path) -> None:
    _, books, purse = run(tmp_path, [answer(RIGHT)], settings={"max_tokens_out": 500})
    assert books.others == ["POST /v1beta/models/gemini-2.5-flash:countTokens"]
    expected = worst(COUNTED, 500, "google", "gemini-2.5-flash")
    assert purse.reserved["r0"] == bill(1, COUNTED, 500, expected).model_dump()
    assert books.served[0].ask.body["generationConfig"]["maxOutputTokens"] == 500


def test_the_question_holds_the_plan_the_rules_the_files_and_what_failed(tmp_path: Path) -> None:
    before = failed_before(log_tail="E assert -1 == 3", advice=("look at the sign",))
    _, books, _ = run(tmp_path, [answer(RIGHT)], attempt=2, previous=before)
    text = books.served[0].ask.text
    for part in (
        "Be brief.",
        "return a - b",
        "assert add(1, 2) == 3",
        "AC-001-1",
        "E assert -1 == 3",
        "look at the sign",
    ):
        assert part in text
    assert "hidden" not in text


def test_model_effort_and_temperature_are_the_settings(tmp_path: Path) -> None:
    settings = {"model": "gemini-3-pro-preview", "effort": "low", "temperature": 0.25}
    _, books, _ = run(tmp_path, [answer(RIGHT)], settings=settings)
    asked = books.served[0].ask
    assert asked.model == "gemini-3-pro-preview"
    assert asked.body["generationConfig"]["temperature"] == 0.25
    assert asked.body["generationConfig"]["thinkingConfig"] == {"thinking_level": "LOW"}
    assert asked.body["generationConfig"]["responseMimeType"] == "application/json"
    assert "tools" not in asked.body


def test_an_effort_in_tokens_is_a_thinking_budget(tmp_path: Path) -> None:
    _, books, _ = run(tmp_path, [answer(RIGHT)], settings={"effort": "1024"})
    assert books.served[0].ask.body["generationConfig"]["thinkingConfig"] == {"thinking_budget": 1024}


def test_a_hunk_that_does_not_match_goes_back_once_with_the_reason(tmp_path: Path) -> None:
    new = {"path": "new/a.py", "content": "A = 1\n"}
    work, books, purse = run(tmp_path, [answer(new, WRONG), answer(RIGHT)])
    assert work.ended is Ended.DONE
    assert "a + b" in calc(tmp_path)
    assert (tmp_path / "room/new/a.py").read_text() == "A = 1\n"
    assert "calc.py: hunk 1 is not in the file" in books.served[1].ask.text
    assert purse.total("calls") == books.calls == 2
    assert purse.total("tokens_in") == books.sum("prompt")


def test_a_hunk_that_does_not_match_twice_fails_the_attempt_and_leaves_the_room_alone(tmp_path: Path) -> None:
    new = {"path": "new/a.py", "content": "A = 1\n"}
    work, books, _ = run(tmp_path, [answer(new, WRONG), answer(WRONG)])
    assert work.ended is Ended.FAILED
    assert b"hunk 1 is not in the file" in work.stderr
    assert "a - b" in calc(tmp_path)
    assert not (tmp_path / "room/new").exists()
    assert books.calls == 2


def test_an_edit_outside_of_the_scope_goes_back(tmp_path: Path) -> None:
    work, books, _ = run(tmp_path, [answer({"path": "test_calc.py", "content": ""}), answer({**RIGHT})])
    assert work.ended is Ended.FAILED
    assert "outside of what this ticket may change" in books.served[1].ask.text


def test_a_truncated_answer_is_asked_for_again_in_less(tmp_path: Path) -> None:
    work, books, _ = run(tmp_path, [Reply('{"summary": "It', finish="length", tokens=COUNTS), answer(RIGHT)])
    assert work.ended is Ended.DONE
    assert "cut at its length limit" in books.served[1].ask.text


@pytest.mark.parametrize("text", ["", "blocked in mid-answer"])
def test_a_safety_block_fails_the_attempt_with_its_reason(text: str, tmp_path: Path) -> None:
    work, books, purse = run(tmp_path, [Reply(text, finish="safety", tokens=COUNTS)])
    assert work.ended is Ended.FAILED
    assert b"SAFETY" in work.stderr
    assert purse.total("tokens_in") == books.sum("prompt") == 900


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"edits": [{"hunks": []}]}'])
def test_an_answer_that_is_not_by_the_schema_is_asked_for_once_more(text: str, tmp_path: Path) -> None:
    work, books, _ = run(tmp_path, [Reply(text, tokens=COUNTS), Reply(text, tokens=COUNTS), answer(RIGHT)])
    assert work.ended is Ended.FAILED
    assert books.calls in (1, 2)
    assert "a - b" in calc(tmp_path)


def test_missing_counts_book_what_was_reserved(tmp_path: Path) -> None:
    work, _, purse = run(tmp_path, [answer(RIGHT, claims="missing")])
    assert work.ended is Ended.DONE
    assert purse.settled["r0"] == purse.reserved["r0"]


@pytest.mark.parametrize("claims", [Tokens(prompt=10, cached=20), Tokens(out=10**15), Tokens(prompt=10**10)], ids=str)
def test_counts_that_cannot_be_true_book_what_was_reserved(claims: Tokens, tmp_path: Path) -> None:
    work, _, purse = run(tmp_path, [answer(RIGHT, claims=claims)])
    assert work.ended is Ended.DONE
    assert purse.settled["r0"] == purse.reserved["r0"]


def test_malformed_json_books_what_was_reserved_and_is_asked_for_again(tmp_path: Path) -> None:
    work, _, purse = run(tmp_path, [Raw(), answer(RIGHT)])
    assert work.ended is Ended.DONE
    assert purse.settled["r0"] == purse.reserved["r0"]
    assert purse.settled["r1"]["tokens_in"] == 900


@pytest.mark.parametrize(
    ("refusal", "retry", "daily"),
    [
        (Refusal(429, retry=7), 7.0, False),
        (Refusal(429, retry=41, daily=True), 41.0, True),
        (Refusal(503), None, False),
        (Refusal(500), None, False),
    ],
)
def test_a_limit_or_an_overload_is_later_with_the_servers_delay_and_costs_nothing(
    refusal: Refusal, retry: float | None, daily: bool, tmp_path: Path
) -> None:
    work, books, purse = run(tmp_path, [refusal])
    assert (work.ended, work.retry_after, work.daily_quota, work.exit_code) == (Ended.LATER, retry, daily, 75)
    assert len(books.served) == 1  # the SDK did not try again by itself
    assert purse.usd == 0


def test_a_dropped_connection_is_later_and_books_what_was_reserved(tmp_path: Path) -> None:
    for number, drop in enumerate((Drop(), Drop(answer(RIGHT), events=1))):
        work, books, purse = run(tmp_path / str(number), [drop])
        assert work.ended is Ended.LATER
        assert len(books.served) == 1
        assert purse.settled == purse.reserved


def test_a_server_that_never_answers_is_left_at_the_time_limit(tmp_path: Path) -> None:
    started = time.monotonic()
    work, _, purse = run(tmp_path, [Hang(30)], timeout_minutes=0.02)
    assert time.monotonic() - started < 8
    assert work.ended is Ended.TIMEOUT
    assert purse.settled == purse.reserved


def test_a_server_that_drips_for_ever_is_left_at_the_time_limit(tmp_path: Path) -> None:
    work, _, _ = run(tmp_path, [answer(RIGHT, drip=0.5)], timeout_minutes=0.02)
    assert work.ended is Ended.TIMEOUT


def test_a_stop_ends_the_wait_for_an_answer(tmp_path: Path) -> None:
    purse = Purse()
    with serve(stand_in.WIRE, [Hang(30)]) as server:
        task = make_task(tmp_path, make_settings(base_url=server.url), purse=purse)
        threading.Timer(0.3, task.stop.set).start()
        with pytest.raises(Stopped):
            gemini.work(task)
    assert purse.open == set()


def test_a_call_that_does_not_fit_the_budget_is_not_made(tmp_path: Path) -> None:
    with serve(stand_in.WIRE, [answer(RIGHT)]) as server:
        task = make_task(tmp_path, make_settings(base_url=server.url), purse=Purse(cap=0.000001))
        with pytest.raises(Stopped):
            gemini.work(task)
    assert server.books.served == []


def test_a_repair_that_does_not_fit_the_budget_is_not_made(tmp_path: Path) -> None:
    one = float(bill(1, 0, 0, worst(COUNTED, 32_768, "google", "gemini-2.5-flash")).usd)
    with serve(stand_in.WIRE, [answer(WRONG), answer(RIGHT)]) as server, pytest.raises(Stopped):
        gemini.work(make_task(tmp_path, make_settings(base_url=server.url), purse=Purse(cap=one)))
    assert server.books.calls == 1


def test_an_unknown_price_refuses_before_anything_is_sent(tmp_path: Path) -> None:
    unknown = pytest.raises(Mistake, match=r"the price of 'gemini-99' \(google\) is not known; set price_in")
    with serve(stand_in.WIRE, [answer(RIGHT)]) as server, unknown:
        gemini.work(make_task(tmp_path, make_settings(base_url=server.url, model="gemini-99")))
    assert (server.books.served, server.books.others) == ([], [])


def test_a_price_of_the_settings_stands_before_the_table(tmp_path: Path) -> None:
    settings = {"model": "gemini-99", "price_in": 10.0, "price_out": 100.0}
    _, _, purse = run(tmp_path, [answer(RIGHT)], settings=settings, purse=Purse(cap=10))
    assert purse.usd == pytest.approx((900 * 10 + 65 * 100) / 1e6)


def test_no_key_is_one_line_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(CouldNotRun, match=r"export GEMINI_API_KEY="):
        gemini.work(make_task(tmp_path, make_settings()))


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_nobodys_attempt(status: int, tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun, match="refuses the key"):
        run(tmp_path, [Refusal(status)])


def test_a_model_that_does_not_exist_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="has no model"):
        run(tmp_path, [Refusal(404)])


def test_nothing_of_the_environment_reaches_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "GOOGLE_API_KEY": "another-key",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_CLOUD_PROJECT": "p",
        "GOOGLE_CLOUD_LOCATION": "l",
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    work, books, _ = run(tmp_path, [answer(RIGHT)])
    assert work.ended is Ended.DONE
    assert books.served[0].ask.headers["x-goog-api-key"] == "the-key"


def test_an_effort_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="'enormous' is no effort"):
        run(tmp_path, [], settings={"effort": "enormous"})


def test_a_link_in_the_room_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "room").mkdir()
    (tmp_path / "room/new").symlink_to(outside)
    work, _, _ = run(tmp_path, [answer({"path": "new/a.py", "content": "A = 1\n"})])
    assert work.ended is Ended.FAILED
    assert list(outside.iterdir()) == []


def test_wrong_then_right_over_two_attempts_costs_both(tmp_path: Path) -> None:
    def script(ask: Ask) -> Reply:
        return answer(RIGHT) if "The attempt before this one failed" in ask.text else answer()

    first, _, purse = run(tmp_path, script)
    assert first.ended is Ended.DONE
    assert "a - b" in calc(tmp_path)
    second, _, _ = run(tmp_path, script, purse=purse, attempt=2, previous=failed_before())
    assert second.ended is Ended.DONE
    assert "a + b" in calc(tmp_path)
    assert purse.total("calls") == 2


def test_the_answer_to_the_same_plan_is_bought_once_and_the_report_says_so(tmp_path: Path) -> None:
    kept = tmp_path / "answers"
    first, books, _ = run(tmp_path / "1", [answer(RIGHT)], answers=kept)
    again, more, purse = run(tmp_path / "2", [], answers=kept)  # the run was killed before its stamp, say
    assert (books.calls, more.calls, more.others) == (1, 0, [])
    assert calc(tmp_path / "2") == calc(tmp_path / "1")
    assert (again.report.calls, again.report.cost_usd, purse.settled) == (0, 0.0, {})
    assert "1 answer(s) of an earlier try, not bought again" in again.report.summary
    assert "not bought again" in again.history[0]
    assert "not bought" not in first.report.summary
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("changed", [{"idempotency_key": "1" * 64}, {"attempt": 2}, {"settings": {"effort": "low"}}])
def test_another_base_attempt_or_setting_is_another_question(changed: dict[str, Any], tmp_path: Path) -> None:
    kept = tmp_path / "answers"
    run(tmp_path / "1", [answer(RIGHT)], answers=kept)
    changed = {**changed, "previous": failed_before()} if "attempt" in changed else changed
    _, books, _ = run(tmp_path / "2", [answer(RIGHT)], answers=kept, **changed)
    assert books.calls == 1


def test_what_was_paid_before_a_rate_limit_is_not_paid_after_it(tmp_path: Path) -> None:
    kept = tmp_path / "answers"
    first, books, _ = run(tmp_path / "1", [answer(WRONG), Refusal(429, retry=7)], answers=kept)
    assert (first.ended, books.calls) == (Ended.LATER, 1)
    second, more, _ = run(tmp_path / "2", [answer(RIGHT)], answers=kept)
    assert (second.ended, more.calls) == (Ended.DONE, 1)  # the repair alone


def test_only_the_newest_answers_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory.proposals.answers.KEPT", 3)
    answers = Answers(tmp_path / "kept")
    for n in range(6):
        answers.keep(str(n), f"answer {n}")
        os.utime(tmp_path / "kept" / str(n), (n, n))
    assert [answers.find(str(n)) for n in range(6)] == [None, None, None, "answer 3", "answer 4", "answer 5"]


def test_a_call_waits_for_its_turn_and_one_that_is_stopped_meanwhile_is_neither_sent_nor_paid(tmp_path: Path) -> None:
    _, _, purse = run(tmp_path / "a", [answer(WRONG), answer(RIGHT)])
    assert purse.paced == 2
    stopped = Purse(stopped=True)
    with pytest.raises(Stopped):
        run(tmp_path / "b", [answer(RIGHT)], purse=stopped)
    assert (stopped.usd, stopped.total("calls"), stopped.open) == (0, 0, set())


@pytest.mark.parametrize(
    ("script", "statuses"),
    [
        ([answer(RIGHT)], [200, 200]),
        ([answer(WRONG), answer(RIGHT)], [200, 200, 200, 200]),
        ([Refusal(429, retry=7)], [200, 429]),
        ([Drop()], [200, 504]),
        ([Raw(b"no JSON"), answer(RIGHT)], [200, 200, 200, 200]),
    ],
)
def test_each_request_is_a_line_of_the_evidence_that_the_numbers_can_read(
    tmp_path: Path, script: list[Answer], statuses: list[int]
) -> None:
    work, _, _ = run(tmp_path, script)
    told = list(calls(work.extra["egress.jsonl"]))
    assert [call.status for call in told] == statuses
    assert [call.kind for call in told] == ["count", "answer"] * (len(statuses) // 2)
    assert {call.model for call in told} == {"gemini-2.5-flash"}
    assert all(call.took is not None for call in told)
    assert b"the-key" not in work.extra["egress.jsonl"]
