"""A particle stands in the form that fits what is read before it: Hangul, numbers, letters; quotes are not read."""

from __future__ import annotations

import unicodedata

import pytest

from factory.reports.korean import josa

# word: 이/가, 은/는, 을/를, 과/와, (으)로
HANGUL = [
    ("티켓", "이 은 을 과 으로"), ("시도", "가 는 를 와 로"), ("파일", "이 은 을 과 로"), ("작업자", "가 는 를 와 로"),
    ("길", "이 은 을 과 로"), ("커밋", "이 은 을 과 으로"), ("스탬프", "가 는 를 와 로"), ("원장", "이 은 을 과 으로"),
]  # fmt: skip
DIGITS = [
    ("D-000", "이 은 을 과 으로"), ("D-001", "이 은 을 과 로"), ("D-2", "가 는 를 와 로"), ("D-3", "이 은 을 과 으로"),
    ("AC-4", "가 는 를 와 로"), ("5", "가 는 를 와 로"), ("16", "이 은 을 과 으로"), ("7", "이 은 을 과 로"),
    ("28", "이 은 을 과 로"), ("9", "가 는 를 와 로"), ("10", "이 은 을 과 으로"), ("1,000", "이 은 을 과 으로"),
    ("20 %", "가 는 를 와 로"), ("2026-11-21", "이 은 을 과 로"), ("127", "이 은 을 과 로"),
]  # fmt: skip
LETTERS = [
    ("main", "이 은 을 과 으로"), ("docker", "가 는 를 와 로"), ("podman", "이 은 을 과 으로"), ("git", "이 은 을 과 으로"),
    ("file", "이 은 을 과 로"), ("module", "이 은 을 과 로"), ("time", "이 은 을 과 으로"), ("line", "이 은 을 과 으로"),
    ("cache", "가 는 를 와 로"), ("string", "이 은 을 과 으로"), ("log", "가 는 를 와 로"), ("test", "가 는 를 와 로"),
    ("block", "이 은 을 과 으로"), ("task", "가 는 를 와 로"), ("check", "가 는 를 와 로"), ("commit", "이 은 을 과 으로"),
    ("root", "가 는 를 와 로"), ("report", "가 는 를 와 로"), ("setup", "이 은 을 과 으로"), ("type", "이 은 을 과 으로"),
    ("job", "이 은 을 과 으로"), ("public", "이 은 을 과 으로"), ("KeyError", "가 는 를 와 로"), ("gemini", "가 는 를 와 로"),
    ("DONE", "이 은 을 과 으로"), ("PLANNED", "가 는 를 와 로"), ("PENDING", "이 은 을 과 으로"), ("API", "가 는 를 와 로"),
    ("URL", "이 은 을 과 로"), ("LLM", "이 은 을 과 으로"), ("XML", "이 은 을 과 로"), ("src/a.py", "가 는 를 와 로"),
    ("D_ROADMAP.md", "가 는 를 와 로"), ("factory.toml", "이 은 을 과 로"), ("a.json", "이 은 을 과 으로"),
    ("b.txt", "가 는 를 와 로"), ("deps.lock", "이 은 을 과 으로"), ("conftest.py", "가 는 를 와 로"), ("cpp", "가 는 를 와 로"),
    ("GEMINI_API_KEY", "가 는 를 와 로"), ("[sandbox] kind", "가 는 를 와 로"), ("tests/**", "가 는 를 와 로"), ("test_", "가 는 를 와 로"),
]  # fmt: skip
QUOTED = [
    ("`D-001`", "이 은 을 과 로"), ('"시도"', "가 는 를 와 로"), ("'main'", "이 은 을 과 으로"), ("(종료 코드 2)", "가 는 를 와 로"),
    ("`git merge-tree`.", "가 는 를 와 로"), ("[gate]", "가 는 를 와 로"), ("tests/a.py::test_x[1-2]", "가 는 를 와 로"),
    ("파일: a.txt…", "가 는 를 와 로"), ("카나리아(fails)", "가 는 를 와 로"), ("unshare (util-linux)", "가 는 를 와 로"),
    ("`check` (12)", "가 는 를 와 로"), ("src/", "가 는 를 와 로"), ("main(`a.py`)", "이 은 을 과 으로"),
]  # fmt: skip
UNTOLD = ["日本", "файл", "…", "", "=", "`&&`"]
MARKS = ("이(가)", "은(는)", "을(를)", "과(와)", "(으)로")


@pytest.mark.parametrize(("word", "forms"), HANGUL + DIGITS + LETTERS + QUOTED)
def test_the_form_fits_what_is_read(word: str, forms: str) -> None:
    assert " ".join(josa.settle(word, mark) for mark in MARKS) == forms


@pytest.mark.parametrize("word", UNTOLD)
def test_where_nothing_tells_both_forms_are_written(word: str) -> None:
    assert [josa.settle(word, mark) for mark in MARKS] == list(MARKS)


def test_letters_that_are_written_in_their_parts_are_read_alike() -> None:
    assert josa.settle(unicodedata.normalize("NFD", "파일"), "을(를)") == "을"
    assert josa.settle(unicodedata.normalize("NFD", "시도"), "을(를)") == "를"


def test_only_the_sentences_own_particles_are_settled() -> None:
    said = "{0}이(가) {1}을(를) 읽습니다({2}). {0}(으)로, {1}(이)라고"
    assert (
        josa.fill(said, "D-1", "`값이(가)`", "이(가)") == "D-1이 `값이(가)`를 읽습니다(이(가)). D-1로, `값이(가)`라고"
    )
    assert josa.fill("{0}의 {1}", "{1}", "b") == "{1}의 b"
