"""When a word goes out: after a while for what may come again, at midnight, and never twice."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Event
from factory.notices.causes import SAME
from factory.notices.herald import GATHER, Herald, HeraldNeeds
from factory.notices.notice import Notice
from factory.notices.phrases import ENGLISH
from factory.notices.post import Post
from factory.notices.receivers import Addressee
from factory.notices.wording import HowEnded, NoticeFrame
from factory.ssot.settings import WORDS

NOON = 1795608000.0  # 2026-11-25 12:00 UTC
DAY, MAIN = 86400.0, "1" * 40


class Kept(Post):
    """Keeps what is handed over, and sends nothing."""

    def __init__(self) -> None:
        super().__init__([Addressee("phone", "x://y", WORDS)], lambda *_: "")
        self.titles, self.texts = list[str](), list[str]()

    def put(self, notice: Notice) -> None:
        self.titles.append(notice.title.removeprefix("shop: "))
        self.texts.append(notice.text)


class Night:
    """A ledger, a clock, and who tells."""

    def __init__(self, path: Path) -> None:
        self.repo, self.now, self.post = Repo(path), NOON, Kept()
        self.ledger = Ledger(self.repo, lambda: self.now, "run")
        self.herald = self.again()

    def again(self) -> Herald:
        """As another run has it, that begins now."""
        frame = NoticeFrame("shop", ENGLISH, "`factory report`")
        return Herald(self.ledger, self.post, HeraldNeeds(ZoneInfo("UTC"), lambda: frame, lambda text: text))

    def block(self, ticket: str, same: str = "f1") -> None:
        self.ledger.append(Event(name="block", ticket=ticket, text="it broke", trailers={SAME: same}), {})

    def look(self, after: float = 0.0, *, all: bool = False) -> list[str]:
        """What goes out at a look some seconds later."""
        self.now += after
        before = len(self.post.titles)
        self.herald.look(self.now, all=all)
        return self.post.titles[before:]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    Repo.create(tmp_path)
    found = Night(tmp_path)
    yield found
    found.repo.__exit__(None, None, None)


def test_a_cause_waits_for_others_of_its_kind_and_is_told_once(night: Night) -> None:
    night.block("D-1")
    assert night.look() == []
    night.block("D-2")
    assert night.look(GATHER - 1) == []
    assert night.look(1) == ["2 are BLOCKED for the same reason"]
    night.block("D-3")
    assert night.look(GATHER, all=True) == []


def test_another_run_of_the_day_repeats_nothing_and_one_of_the_next_day_begins_anew(night: Night) -> None:
    night.block("D-1")
    assert night.look(all=True) == ["D-1 is BLOCKED"]
    night.herald = night.again()
    night.block("D-2")
    assert night.look(all=True) == []
    night.now += DAY
    night.block("D-3")
    assert night.look(all=True) == ["D-3 is BLOCKED"]


def test_what_is_left_at_midnight_is_told_then(night: Night) -> None:
    night.look()
    night.now += DAY / 2 - 60
    night.block("D-1")
    assert night.look() == []
    assert night.look(120) == ["D-1 is BLOCKED"]
    night.block("D-2")
    assert night.look(GATHER) == []  # the same cause, told on this day already


def test_a_run_over_midnight_counts_all_that_it_did(night: Night) -> None:
    night.look()
    night.ledger.append(Event(name="stamped", ticket="D-1"), {})
    night.now += DAY
    night.ledger.append(Event(name="stamped", ticket="D-2"), {})
    night.herald.ended(night.now, HowEnded("done", "", ""), MAIN)
    assert "2 stamped" in night.post.texts[-1]


def test_what_an_earlier_run_of_the_day_did_is_not_counted(night: Night) -> None:
    night.ledger.append(Event(name="stamped", ticket="D-1"), {})
    night.herald = night.again()
    night.ledger.append(Event(name="fail", ticket="D-2"), {})
    night.herald.ended(night.now, HowEnded("done", "", ""), MAIN)
    assert "0 stamped, 1 failed" in night.post.texts[-1]


def test_an_end_is_told_once_by_one_main(night: Night) -> None:
    stop = HowEnded("machine", "No space left on device; make room", "factory run")
    for main in (MAIN, MAIN, "2" * 40):
        night.herald.ended(night.now, stop, main)
    assert night.post.titles == ["the factory stopped"] * 2


def test_a_run_that_did_nothing_has_nothing_to_say(night: Night) -> None:
    night.herald.ended(night.now, HowEnded("done", "", ""), MAIN)
    assert night.post.titles == []


class Killed(BaseException):
    """The process ended there."""


@pytest.mark.parametrize("call", range(1, 9))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_write_sends_nothing_twice(
    night: Night, call: int, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two causes and an end; the first run is killed around one of its writes, the second goes on."""
    append, calls = night.ledger.append, itertools.count(1)

    def killing(*given: Any, **more: Any) -> str:
        here = next(calls) == call
        if here and not after:
            raise Killed
        oid = append(*given, **more)
        if here:
            raise Killed
        return oid

    def all_of_it() -> None:
        night.block("D-1")
        night.block("D-2", "f2")
        night.herald.look(night.now, all=True)
        night.block("D-3")
        night.herald.ended(night.now, HowEnded("done", "", ""), MAIN)

    monkeypatch.setattr(night.ledger, "append", killing)
    with suppress(Killed):
        all_of_it()
    monkeypatch.undo()
    night.herald = night.again()
    all_of_it()
    told = Counter(night.post.titles)
    assert set(told.values()) == {1}
    lost = after and call in (3, 4, 6)  # booked, and not sent: at most once
    assert len(told) == 3 - lost


def test_what_did_not_go_out_is_kept_as_a_count(night: Night) -> None:
    night.herald.close()
    assert night.ledger.tip is None
    night.herald.count(2)
    night.herald.close()
    assert night.repo.call("log", "--format=%s", night.ledger.tip or "").decode().splitlines() == [
        "unsent: messages that did not go out: 2"
    ]
