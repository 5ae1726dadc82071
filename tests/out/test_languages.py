"""`--lang` and [factory] language choose what a person is told in; a program is told the same in both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory import cli, pages
from tests.line.conftest import SETTINGS, Shop

Make = Callable[..., Shop]
WRONG = "echo wrong > D-1.txt\n"


@pytest.mark.parametrize(
    ("setting", "words"), [("", ["--lang", "ko"]), ("ko", [])], ids=["by the option", "by the setting"]
)
def test_status_speaks_korean_where_it_is_asked_to(make: Make, setting: str, words: list[str]) -> None:
    more = f'\n[factory]\nlanguage = "{setting}"\n' if setting else ""
    shop = make("D-1 One", "D-2 Two | D-1", worker=WRONG, settings=SETTINGS + more)
    assert shop.run("run").code == 1
    told = shop.run(*words, "status").out
    assert "시도 3번  One" in told
    assert "여전히 실패합니다" in told
    assert "달러" in told
    assert "tried" not in told
    page = shop.run(*words, "status", "--watch", "--times", "1").out
    assert "상자: " in page
    assert "닫힘: " in page
    english = shop.run("--lang", "en", "status").out
    assert "3 tried  One" in english
    assert "is still red" in english


def test_the_documents_are_the_same_in_both(make: Make) -> None:
    shop = make("D-1 One", worker=WRONG)
    assert shop.run("run").code == 1
    for words in (["status", "--json"], ["kpi", "--json"], ["log", "--json"], ["verify", "--json"]):
        assert shop.run("--lang", "ko", *words).json == shop.run("--lang", "en", *words).json


def test_a_report_is_told_in_one_language_or_in_both(make: Make) -> None:
    shop = make("D-1 One")
    both, korean, english = (shop.run(*words, "report").out for words in ([], ["--lang", "ko"], ["--lang", "en"]))
    assert "## English" in both
    assert "## 한국어" in both
    assert korean.startswith("# 공장 보고서")
    assert "Factory report" not in korean
    assert english.startswith("# Factory report")
    assert "공장" not in english


def test_a_stop_is_told_in_korean_with_its_exact_reason(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two")
    assert shop.run("stop").code == 0
    told = shop.run("--lang", "ko", "status").out.splitlines()[0]
    assert told.startswith("RECOVERABLE: 누군가가 공장을 멈추고")


@pytest.mark.parametrize(
    ("setting", "words", "language"),
    [
        ("", ["--lang", "ko"], "ko"),
        ("ko", [], "ko"),
        ("ko", ["--lang", "en"], "en"),
        ("", [], "en"),
        ("fr", [], "en"),  # settings that cannot be read stop no page
        ("fr", ["--lang", "ko"], "ko"),
    ],
)
def test_help_brings_the_page_of_the_language_where_there_is_one(
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    words: list[str],
    language: str,
) -> None:
    more = f'\n[factory]\nlanguage = "{setting}"\n' if setting else ""
    monkeypatch.chdir(make("D-1 One", settings=SETTINGS + more).path)
    for topic, brought in (("FactoryStopped", language), ("workers", language), ("morning", "en")):
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            cli.main([*words, "help", topic])
        assert done.value.code == 0
        name = f"{topic}.ko" if brought == "ko" else topic
        assert capsys.readouterr().out == pages.page(name)


def test_help_is_read_where_there_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as done:
        cli.main(["help", "FactoryStopped"])
    assert done.value.code == 0
    assert capsys.readouterr().out == pages.page("FactoryStopped")


def test_another_language_is_refused_in_one_line(make: Make) -> None:
    shop = make("D-1 One")
    said = shop.run("--lang", "fr", "status")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "'en', 'ko'" in said.err
