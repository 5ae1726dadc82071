"""What a window shows of the live page, by its size, and how lines with wide letters stand below each other."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from factory.desk.shown import ShownItem
from factory.desk.snapshot import Snapshot
from factory.desk.status import as_text, ticket_lines
from factory.faces.cli.screen import BACK, HOME, board, watch
from factory.faces.cli.watch import fitted
from factory.model import Progress, State
from factory.money.budget import Book
from factory.money.spend import Spend
from factory.plain import cells

STATES = ["DONE"] * 6 + ["INFLIGHT", "PENDING", "BLOCKED"]


def ticket(id: str, state: str, title: str) -> ShownItem:
    stamp = "0123456789abcdef" if state == "DONE" else None
    told: dict[str, Any] = {
        "stamp": stamp,
        "why": "because",
        "title": title,
        "since": 850.0 if state == "INFLIGHT" else None,
    }
    return ShownItem(id=id, trade="ticket", state=State(state), attempts=1, attempt=1, **told)


def page(state: str = "FAIL_STOP", **changes: Any) -> Snapshot:
    items = tuple(
        ticket(f"D-{n}", one, f"{n}번째 일, a longer title that no window shows whole")
        for n, one in enumerate(STATES, 1)
    )
    seen = Snapshot(
        at=1000.0, zone="UTC", main="0" * 40, ledger=None, state=state, why="the budget of the day is used", next="factory resume",
        items=items, counts={"ticket": {State.PENDING: 1, State.DONE: 6}},
        budget=Book(date=dt.date(2026, 11, 21), settled=Spend(calls=7, usd=Decimal("1.5"))),
        red={"tests/test_a.py::test_b": "AssertionError"},
    )  # fmt: skip
    return replace(seen, **changes)


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
    seen = page(items=tuple(ticket(f"D-{n}", "DONE", title) for n, title in enumerate(titles)))
    assert len({cells(line[: line.index("stamp")]) for line in ticket_lines(seen).values()}) == 1
    assert "…" in as_text(seen)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("word", ["dumb", "unknown"])
def test_a_terminal_that_cannot_draw_gets_plain_lines(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", word)
    out, said = Terminal(), list[str]()
    watch(page, out, times=2, every=0)
    with board(out, lambda now: said.append(now.text)) as show:
        show(Progress(kind="stamped", item="D-1", text="stamped", at=0.0))
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
        show(Progress(kind="works", item="D-1", text="attempt 1: 일을 하는 중 " + "x" * 300, at=0.0))
        show(Progress(kind="stamped", item="D-1", text="stamped", at=0.0))
    drawn = out.getvalue().partition(HOME)[2].partition(BACK)[0]
    assert "$1.50" in drawn or columns == "20"
    assert "\x1b[3" not in out.getvalue()
