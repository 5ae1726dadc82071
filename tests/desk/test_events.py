"""The ledger followed: nothing is lost or told twice, waits are bounded, and a place that is gone is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory.desk.events import News, follow
from factory.desk.snapshot import snapshot
from tests.desk.conftest import Mixed
from tests.line.conftest import Shop


def pages(shop: Shop, most: int) -> Iterator[News]:
    news = follow(shop.path, None, most=most)
    yield news
    while news.more:
        news = follow(shop.path, news.cursor, most=most)
        yield news


def test_a_reader_that_comes_back_with_its_place_sees_every_event_once_and_in_order(mixed: Mixed) -> None:
    shop = mixed()
    assert follow(shop.path, None) == News()
    assert shop.run("run").code == 1
    every = shop.git("log", "--first-parent", "--reverse", "--format=%H", "factory/ledger").split()
    for most in (1000, 7):
        assert [event.oid for news in pages(shop, most) for event in news.events] == every
    assert follow(shop.path, every[-3]).cursor == every[-1]
    assert [event.oid for event in follow(shop.path, every[-3]).events] == every[-2:]


def test_a_wait_ends_with_the_first_event_or_when_it_is_over(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("stop").code == 0
    place = snapshot(shop.path, 0.0).ledger
    since = time.monotonic()
    assert follow(shop.path, place, wait=0.3) == News(cursor=place)
    assert 0.3 <= time.monotonic() - since < 10
    told: list[News] = []
    reader = threading.Thread(target=lambda: told.append(follow(shop.path, place, wait=50)))
    reader.start()
    assert shop.run("resume").code == 0
    reader.join(timeout=20)
    assert [event.name for event in told[0].events] == ["resume"]


def test_a_place_that_the_ledger_does_not_hold_is_told(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("stop").code == 0
    gone = snapshot(shop.path, 0.0).ledger
    shop.git("branch", "-D", "factory/ledger")
    assert follow(shop.path, gone) == News(lost=True)
    assert shop.run("resume").code == 0
    for place in (gone, "0" * 40, shop.main()):
        news = follow(shop.path, place)
        assert (news.lost, news.events) == (True, ())
        assert follow(shop.path, news.cursor) == News(cursor=news.cursor)


def test_a_face_of_ones_own_is_the_few_lines_of_its_page(
    mixed: Mixed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many stamps there were today, by a stranger to this house."""
    face = (Path(__file__).parents[2] / "docs" / "faces.md").read_text(encoding="utf-8").split("```python\n")[1]
    shop = mixed()
    monkeypatch.chdir(shop.path)

    def told() -> tuple[int, int]:
        """As the face prints it, and as main has it."""
        capsys.readouterr()
        exec(face.partition("```")[0], {})
        on_main = shop.git("log", "--first-parent", "--format=%s", "main").count("stamp(")
        return int(capsys.readouterr().out), on_main

    assert told() == (0, 0)
    assert shop.run("run").code == 1
    assert told() == (3, 3)
