"""The terminal panel, driven by its keys and read off its screen."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.widgets import ContentSwitcher, DataTable, Input

from factory.desk.commands import command
from factory.desk.panes.line import AtWork
from factory.desk.panes.watch import Watch
from factory.desk.submit import submit
from factory.faces.top import rows
from factory.faces.top.app import ItemPage, Top
from factory.faces.top.rows import Frame
from tests.hostile import HOSTILE
from tests.line.conftest import Shop
from tests.line.night import FAST, SLOW, running

Make = Callable[..., Shop]
WRONG = '[ "$FACTORY_TICKET" = D-1 ] && echo right > D-1.txt || { echo wrong > "$FACTORY_TICKET.txt"; }\n'
SMALL, USUAL = (40, 10), (80, 24)


def screen(app: Top) -> list[str]:
    """What stands on it, line by line."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def driven(path: Path, size: tuple[int, int], steps: Callable[[Top, Any], Any], language: str = "en") -> None:
    """The panel on that repository, while `steps` presses keys."""

    async def drive() -> None:
        app = Top(watch, language)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app._seen is not None)
            await pilot.pause()
            await steps(app, pilot)

    with closing(Watch(path)) as watch:
        asyncio.run(drive())


async def until(pilot: Any, holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("it never came")


def test_its_four_pages_come_by_their_numbers(make: Make) -> None:
    shop = make("D-1 First", "D-2 Second", "D-3 Third | D-2", worker=WRONG, settings=FAST)
    assert shop.run("run").code == 1

    async def steps(app: Top, pilot: Any) -> None:
        shown = "\n".join(screen(app))
        assert "done today 1" in shown
        assert "failed attempts today 3" in shown
        assert "+D-1" in shown
        assert "xD-2" in shown
        for key, name in (("2", "queue"), ("3", "money"), ("4", "log"), ("1", "line")):
            await pilot.press(key)
            assert app.query_one(ContentSwitcher).current == name
        await pilot.press("3")
        await pilot.pause()
        assert "cap $20.00" in "\n".join(screen(app))
        await pilot.press("4")
        await until(pilot, lambda: any("stamped D-1#1 First" in line for line in screen(app)))

    driven(shop.path, USUAL, steps)


def test_an_item_opens_with_what_was_tried_and_closes_again(make: Make) -> None:
    shop = make("D-1 First", "D-2 Second", worker=WRONG, settings=FAST)
    assert shop.run("run").code == 1

    async def steps(app: Top, pilot: Any) -> None:
        await pilot.press("2")
        table = app.query_one(DataTable)
        assert [str(cell) for cell in table.get_row_at(0)[:4]] == ["D-2", "P2", "3", "Second"]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ItemPage))
        await pilot.pause()
        shown = " ".join(" ".join(screen(app)).split())
        assert "AC-D-2-1 is still red" in shown
        assert "changed 1 file: D-2.txt" in shown
        await pilot.press("escape")
        assert not isinstance(app.screen, ItemPage)

    driven(shop.path, USUAL, steps)


def test_an_items_page_is_read_by_keys_and_leads_to_the_others(make: Make) -> None:
    shop = make("D-1 First", "D-2 Second", worker=WRONG, settings=FAST)
    assert shop.run("run").code == 1

    async def steps(app: Top, pilot: Any) -> None:
        await pilot.press("2", "enter")
        await until(pilot, lambda: isinstance(app.screen, ItemPage))
        await pilot.pause()
        before = screen(app)
        await pilot.press("pagedown")
        await until(pilot, lambda: screen(app)[:3] != before[:3])
        await pilot.press("4")
        assert not isinstance(app.screen, ItemPage)
        assert app.query_one(ContentSwitcher).current == "log"

    driven(shop.path, (80, 12), steps)


def test_ctrl_c_ends_it(make: Make) -> None:
    shop = make("D-1 First", settings=FAST)

    async def steps(app: Top, pilot: Any) -> None:
        await pilot.press("slash", "ctrl+c")
        assert app._exit

    driven(shop.path, USUAL, steps)


def test_a_repository_that_went_away_is_said_and_one_that_came_back_is_shown(make: Make) -> None:
    shop = make("D-1 First", settings=FAST)
    aside = shop.path.with_name("aside")

    async def steps(app: Top, pilot: Any) -> None:
        shop.path.rename(aside)
        await until(pilot, lambda: "is no repository any more" in "".join(screen(app)))
        aside.rename(shop.path)
        await until(pilot, lambda: "ready 1" in screen(app)[1])

    driven(shop.path, (200, 24), steps)


def test_a_look_that_takes_long_is_not_asked_for_again_meanwhile(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, go, looks = make("D-1 First", settings=FAST), threading.Event(), list[int]()

    async def steps(app: Top, pilot: Any) -> None:
        await until(pilot, lambda: not app._busy)
        now = app._watch.look
        monkeypatch.setattr(app._watch, "look", lambda: (looks.append(1), go.wait(60), now())[-1])
        for _ in range(5):
            app.look()
            await pilot.pause()
        assert looks == [1]
        go.set()
        await until(pilot, lambda: not app._busy)

    driven(shop.path, USUAL, steps)


def test_the_cursor_stays_on_its_item_when_another_comes_before_it(make: Make) -> None:
    shop = make("D-1 First", "D-2 Second", "D-3 Third", settings=FAST)

    async def steps(app: Top, pilot: Any) -> None:
        await pilot.press("2", "down")
        table = app.query_one(DataTable)
        assert str(table.get_row_at(table.cursor_row)[0]) == "D-2"
        await asyncio.to_thread(submit, shop.path, command("cancel", item="D-3"))
        await until(pilot, lambda: str(table.get_row_at(0)[0]) == "D-3")
        assert str(table.get_row_at(table.cursor_row)[0]) == "D-2"

    driven(shop.path, USUAL, steps)


def test_after_a_kill_the_command_that_goes_on_stands_first(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 First", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with running(shop, go) as run:
        run.child.kill()
        run.child.wait()

    async def steps(app: Top, pilot: Any) -> None:
        lines = screen(app)
        assert lines[0].startswith("RECOVERABLE")
        assert lines[1].startswith("factory run: The run broke off and")
        assert lines[2].startswith("! D-1#1")

    driven(shop.path, SMALL, steps)


def test_a_word_is_looked_for_in_the_log_and_let_go_again(make: Make) -> None:
    shop = make("D-1 First", "D-2 Second", worker=WRONG, settings=FAST)
    assert shop.run("run").code == 1

    async def steps(app: Top, pilot: Any) -> None:
        await pilot.press("slash", *"stamped", "enter")
        await until(pilot, lambda: app._shown != [] and all("stamped" in line for line in app._shown))
        await pilot.press("escape")
        await until(pilot, lambda: len(app._shown) > 3)
        assert app.query_one(Input).disabled

    driven(shop.path, USUAL, steps)


def test_a_room_is_heard_while_it_works_and_what_lands_shows_by_itself(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    worker = f"echo 'I am at work'\n{SLOW.replace('@GO@', str(go))}"
    shop = make("D-1 First", worker=worker, settings=FAST)
    with running(shop, go) as run:

        async def steps(app: Top, pilot: Any) -> None:
            await until(pilot, lambda: any("I am at work" in line for line in screen(app)))
            assert any(line.startswith("D-1#1") for line in screen(app))
            run.let_go()
            await until(pilot, lambda: any("+D-1" in line for line in screen(app)))

        driven(shop.path, USUAL, steps)
        assert run.ends() == 0


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_small_window_keeps_what_matters_and_no_line_is_too_wide(make: Make, language: str) -> None:
    shop = make("D-1 한국어로 쓴 아주 긴 제목의 티켓입니다", "D-2 Second", worker=WRONG, settings=FAST)
    assert shop.run("run").code == 1

    async def steps(app: Top, pilot: Any) -> None:
        for key in "1234":
            await pilot.press(key)
            await pilot.pause()
            lines = screen(app)
            assert len(lines) <= SMALL[1]
            assert max(map(cell_len, lines)) <= SMALL[0]
            assert lines[0].startswith({"en": "READY", "ko": "준비됨"}[language])
            assert "+1  x3  $0.00/$20.00" in lines[0]
            assert lines[1].startswith({"en": "blocked 1", "ko": "막힘 1"}[language])
            assert {"en": "q quit", "ko": "q 종료"}[language] in lines[-1]
            assert key != "3" or lines[3] == lines[3].strip() != ""

    driven(shop.path, SMALL, steps, language)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_word_of_a_stranger_is_obeyed_or_breaks_a_line(text: str) -> None:
    frame = Frame("en", 80)
    work = AtWork("D-1", 1, text, "ticket", 1.0, 1.0, False, 0.1)
    for line in rows.work_lines([work], {"D-1": [text]}, frame, 10):
        assert cell_len(line) <= 80
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", line)


def test_a_title_is_no_markup(make: Make) -> None:
    shop = make("D-1 [red]First[/] [@click=app.quit]x[/]", worker=WRONG.replace("= D-1", "= D-9"), settings=FAST)
    assert shop.run("run").code == 1

    async def steps(app: Top, pilot: Any) -> None:
        await pilot.press("2")
        await until(pilot, lambda: "[red]First[/]" in "\n".join(screen(app)))

    driven(shop.path, (120, 24), steps)


def test_it_writes_nothing(make: Make) -> None:
    shop = make("D-1 First", settings=FAST)
    before = sorted(path.relative_to(shop.path) for path in shop.path.rglob("*"))

    async def steps(app: Top, pilot: Any) -> None:
        for key in "1234":
            await pilot.press(key)

    driven(shop.path, USUAL, steps)
    assert sorted(path.relative_to(shop.path) for path in shop.path.rglob("*")) == before


def test_without_a_terminal_or_the_extra_it_is_one_line(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make("D-1 First")
    said = shop.run("top")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "needs a terminal" in said.err
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    said = shop.run("top")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "pip install 'stampmill[tui]'" in said.err
