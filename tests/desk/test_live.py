"""What a room prints can be read while it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.desk.live import tail
from factory.line.live import KEPT, MOST, LiveLog, live_path
from tests.line.conftest import Shop
from tests.line.night import FAST, SLOW, running


def test_lines_come_as_they_are_printed_and_go_with_the_attempt(make: Callable[..., Shop], tmp_path: Path) -> None:
    go = tmp_path / "go"
    worker = f'echo "first line"; printf "half a "; echo "second line"\n{SLOW.replace("@GO@", str(go))}'
    shop = make("D-1 One", worker=worker, settings=FAST)
    with running(shop, go) as run:
        run.until(lambda: len(tail(shop.path, "D-1")) == 2, "what it printed")
        assert tail(shop.path, "D-1") == ("first line", "half a second line")
        assert tail(shop.path, "D-1", 1) == ("half a second line",)
        run.let_go()
        assert run.ends() == 0
    assert tail(shop.path, "D-1") == ()
    assert list((shop.path / ".git/factory/live").iterdir()) == []


def test_secrets_and_escape_codes_are_taken_out_also_where_they_come_in_pieces(tmp_path: Path) -> None:
    with LiveLog(tmp_path, "D-1", ("a-value-nobody-may-read",)) as live:
        for piece in (b"key=a-value-", b"nobody-may-read \x1b[31mred", b"\x1b[0m\nnext"):
            live.hear(piece)
        said = live_path(tmp_path, "D-1").read_text()
    assert "nobody-may-read" not in said
    assert "\x1b" not in said
    assert said.endswith("red\n")
    assert not live_path(tmp_path, "D-1").exists()


def test_a_flood_is_bounded_and_its_end_is_there(tmp_path: Path) -> None:
    with LiveLog(tmp_path, "D-1", ()) as live:
        for number in range(20_000):
            live.hear(b"%06d %s\n" % (number, b"x" * 40))
        live.hear(b"")  # for a moment, nothing
        at = live_path(tmp_path, "D-1")
        assert at.stat().st_size <= MOST
        lines = at.read_text().splitlines()
        assert lines[-1].startswith("019999 ")
        assert all(len(line) == 47 for line in lines)
        live.hear(b"y" * 10 * MOST)
        assert at.stat().st_size <= MOST + KEPT


def test_a_flood_costs_no_look_at_all_of_it_and_no_part_of_a_secret_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(
        "factory.line.live.redact", lambda text, known: looked.append(len(text)) or text.replace("SECRET", "-")
    )
    monkeypatch.setattr("factory.line.live.time.monotonic", lambda: 1.0)
    with LiveLog(tmp_path, "D-1", ("SECRET",)) as live:
        live.hear(b"a line\n")
        for _ in range(400):
            live.hear(b"RET" + b"x" * 65_500 + b"SECRET" + b"SEC")
        live.hear(b"\nthe end\n")
        live.hear(b"")
        said = live_path(tmp_path, "D-1").read_text()
    assert sum(looked) < 2 * MOST
    assert said == "a line\nthe end\n"
    assert not [word for word in said.replace("x", " ").split() if word in ("RET", "SEC", "SECRET")]


def test_what_was_held_back_and_is_more_than_is_kept_begins_with_a_whole_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factory.line.live.time.monotonic", lambda: 1.0)
    with LiveLog(tmp_path, "D-1", ()) as live:
        for number in range(20_000):
            live.hear(b"%06d %s\n" % (number, b"x" * 40))
            if number % 5000 == 4999:  # some 230 KB were held back
                live.hear(b"")
        lines = live_path(tmp_path, "D-1").read_text().splitlines()
    assert lines[-1].startswith("019999 ")
    assert {len(line) for line in lines} == {47}


def test_a_folder_that_cannot_be_written_takes_nothing_from_the_attempt(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("a file in its place")
    with LiveLog(tmp_path, "D-1", ()) as live:
        live.hear(b"a line\n")


@pytest.mark.parametrize("item", ["D-1", "L4_PATCH_000001", "../../x", "D-" + "1" * 190])
def test_every_id_has_a_file_of_its_own_in_the_folder(item: str, tmp_path: Path) -> None:
    assert live_path(tmp_path, item).parent == tmp_path / "live"
