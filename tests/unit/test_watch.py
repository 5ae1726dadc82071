"""What a window shows of the live page, by its size, and how lines with wide letters stand below each other."""

from __future__ import annotations

import io
from typing import Any

import pytest

from factory.plain import cells
from factory.reports.screen import BACK, HOME, board, watch
from factory.reports.status import as_text, ticket_lines
from factory.reports.watch import Page, Running, fitted

STATES = ["DONE"] * 6 + ["INFLIGHT", "PENDING", "BLOCKED"]


def ticket(state: str, title: str) -> dict[str, Any]:
    stamp = "0123456789abcdef" if state == "DONE" else None
    return {"state": state, "attempts": 1, "stamp": stamp, "triage": None, "why": "because", "title": title}


def page(state: str = "FAIL_STOP") -> Page:
    found = {
        f"D-{n}": ticket(one, f"{n}번째 일, a longer title that no window shows whole")
        for n, one in enumerate(STATES, 1)
    }
    status = {
        "state": state, "stop_reason": "the budget of the day is used", "main": "0" * 40, "counts": {"PENDING": 1, "DONE": 6},
        "tickets": found, "red": {"tests/test_a.py::test_b": "AssertionError"},
        "budget": {"date": "2026-11-21", "calls": 7, "tokens_in": 0, "tokens_out": 0, "usd": 1.5},
    }  # fmt: skip
    return Page(status, (Running("D-7", 1, 2.5, 3.0),), "box_01_front", "0 MB on disk", "factory resume")


@pytest.mark.parametrize("columns", [1, 19, 79, 5000])
@pytest.mark.parametrize("rows", [1, 2, 4, 5, 8, 23, 200])
def test_a_page_fits_its_window_and_the_least_important_goes_first(columns: int, rows: int) -> None:
    lines = fitted(page(), columns, rows)
    assert len(lines) <= rows
    assert max(map(cells, lines)) <= columns
    if columns < 79:
        return
    seen = "\n".join(lines)
    assert seen.startswith("FAIL_STOP: the budget")
    assert ("next: factory resume" in seen) == (rows > 1)
    assert ("$1.50" in seen) == (rows > 2)
    assert ("D-7  INFLIGHT" in seen) == ("attempt 1, 2.5 min" in seen) == (rows > 5)
    assert ("D-1 " in seen) == (rows > 12)
    assert ("rooms: " in seen) == (rows > 15)


def test_what_a_window_has_no_room_for_is_counted() -> None:
    lines = fitted(page(), 79, 8)
    assert lines[2:6] == [*lines[2:5], "and 6 more tickets; `factory status` shows them"]
    assert [line.split()[0] for line in lines[2:5]] == ["D-7", "D-8", "D-9"]


def test_columns_stand_below_each_other_whatever_alphabet_the_titles_are_in() -> None:
    titles = [
        "plain",
        "한글 제목",
        "\u1112\u1161\u11ab\u1100\u1173\u11af",
        "日本語のとても長い題名がここに続いているのです",
        "é",
    ]
    document = page().status | {"tickets": {f"D-{n}": ticket("DONE", title) for n, title in enumerate(titles)}}
    assert len({cells(line[: line.index("stamp")]) for line in ticket_lines(document).values()}) == 1
    assert "…" in as_text(document)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("word", ["dumb", "unknown"])
def test_a_terminal_that_cannot_draw_gets_plain_lines(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", word)
    out, said = Terminal(), list[str]()
    watch(page, out, times=2, every=0)
    with board(out, lambda _, text: said.append(text)) as show:
        show("D-1", "stamped")
    assert "\x1b" not in out.getvalue()
    assert out.getvalue().count("FAIL_STOP") == 2
    assert said == ["stamped"]


@pytest.mark.parametrize("columns", ["20", "0", "nonsense", "100000"])
def test_the_page_is_drawn_whatever_the_environment_says_of_the_window(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    watch(page, out, times=1)
    with board(out, lambda *_: pytest.fail("a terminal gets no plain lines")) as show:
        show("D-1", "attempt 1: 일을 하는 중 " + "x" * 300)
        show("D-1", "stamped")
    drawn = out.getvalue().partition(HOME)[2].partition(BACK)[0]
    assert "$1.50" in drawn or columns == "20"
    assert "\x1b[3" not in out.getvalue()
