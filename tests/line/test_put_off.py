"""What becomes of an attempt that is put off: its words are kept, and calls are apart as the settings ask."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop
from tests.line.test_together import right, three
from tests.night.quick import night
from tests.servers import gemini, serve

Make = Callable[..., Shop]


def test_a_refused_call_of_gemini_says_so_in_the_log(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.servers import Refusal

    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    answers = [right, lambda ask: Refusal(429, retry=7)]
    with serve(gemini.WIRE, lambda ask: (answers.pop() if len(answers) > 1 else answers[0])(ask)) as server:
        shop = three(make, server.url, count=1)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert "    | the provider answered 429" in shop.run("log", "D-1").out


def test_two_calls_of_a_night_are_apart_by_min_sleep_ms(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url, batch=1, more="\n[budget]\nmin_sleep_ms = 90000\n")
        found = night(shop, tmp_path / "slept")
    assert (found.code, server.books.calls) == (0, 3), found.said
    assert len(found.slept) == 2
    assert all(80 < seconds <= 90 for seconds in found.slept)


def test_the_kickoff_paragraph_is_in_the_question_and_tells_nothing_of_hidden_files(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url, count=1)
        section = shop.read("D_ROADMAP.md").replace("modify =", 'hidden = ["kept/**"]\nmodify =')
        shop.commit({"D_ROADMAP.md": section, "kept/main.py": "x = 1\n", "main.py": "y = 2\n"})
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    asked = server.books.served[0].ask.text
    about = asked.split("# This repository\n")[1].splitlines()[0]
    assert "Entry points: main.py." in about
    assert "kept/" not in asked


def test_a_risks_model_and_an_auditors_are_the_ones_that_are_asked(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    audit = {"summary": "", "edits": [{"path": "AUDIT.json", "content": json.dumps({"verdict": "PASS"})}]}

    def script(ask: object) -> object:
        from tests.servers import Ask, Reply

        assert isinstance(ask, Ask)
        return Reply(json.dumps(audit)) if "You audit a change" in ask.text else right(ask)

    more = '\n[risk.LOW]\nmodel = "gemini-2.5-pro"\nauditor = true\n\n[auditor]\nworker = "default"\nmodel = "gemini-2.5-flash-lite"\n'
    with serve(gemini.WIRE, script) as server:  # type: ignore[arg-type]
        found = night(three(make, server.url, count=1, more=more), tmp_path / "slept")
    assert found.code == 0, found.said
    assert [s.ask.model for s in server.books.served] == ["gemini-2.5-pro", "gemini-2.5-flash-lite"]
