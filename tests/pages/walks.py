"""What a ticket, a card and a `cancel` pass on their way, as it is called: `python -m tests.pages.walks ticket`."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from factory.desk.submit import submit
from factory.line import shift
from factory.line.opening import open_house
from factory.line.steering import Cancel
from factory.model import Progress
from tests.line.conftest import Shop, build
from tests.line.night import FAST
from tests.trucks import conftest as day

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/architecture.md"
TITLES = {
    "ticket": "### From a row of D_ROADMAP.md to its stamp",
    "card": "### From a line of a day plan to its stamp",
    "cancel": "### From `factory cancel` in a second terminal to its event",
}


def listed(walk: str) -> list[tuple[str, str]]:
    """(file, function) of a walk, as the page has it."""
    text = PAGE.read_text(encoding="utf-8").partition(TITLES[walk])[2].partition("\n##")[0]
    return re.findall(r"^\d+\. `([\w/]+\.py)::([\w.]+)`", text, re.M)


@contextmanager
def traced(wanted: list[tuple[str, str]], called: list[tuple[str, str]]) -> Iterator[None]:
    """Each call of a wanted function is noted, whichever thread makes it."""
    codes = {(str(ROOT / file), name.rpartition(".")[2]): (file, name) for file, name in wanted}

    def seen(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (found := codes.get((frame.f_code.co_filename, frame.f_code.co_name))):
            called.append(found)

    threading.setprofile(seen)
    sys.setprofile(seen)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def walked(walk: str, at: Path) -> list[tuple[str, str]]:
    """The calls of the walk's functions in the order in which they were first made, in a repository below a folder."""
    called: list[tuple[str, str]] = []
    shop = {"ticket": _tickets, "card": _day, "cancel": _slow}[walk](at)
    say = _cancels(shop) if walk == "cancel" else _silent
    with traced(listed(walk), called), open_house(shop.path, dict(os.environ), say=say, working=True) as house:
        shift.run(house)
    return called


def _tickets(at: Path) -> Shop:
    return build(at / "shop", "D-1 One", settings=FAST)


def _day(at: Path) -> Shop:
    files = {day.PLAN_AT: day.PLAN, **day.SOURCES}
    return build(at / "shop", settings=day.SETTINGS, files=files)


def _slow(at: Path) -> Shop:
    return build(at / "shop", "D-1 One", settings=FAST, worker="sleep 60\n")


def _silent(_: Progress) -> None:
    pass


def _cancels(shop: Shop) -> Callable[[Progress], None]:
    """Cancels the ticket, as a second terminal would, once its worker works."""

    def say(now: Progress) -> None:
        if now.kind == "works":
            threading.Thread(target=submit, args=(shop.path, Cancel("D-1")), name="second terminal").start()

    return say


def in_order(called: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The wanted calls that came, each after the one before it, as far as they did."""
    found, rest = [], iter(called)
    for one in wanted:
        if one not in rest:  # takes from `rest` up to there
            break
        found.append(one)
    return found


def main(walk: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began, last = time.monotonic(), None
        for one in walked(walk, Path(folder)):
            if one != last:
                print(f"{one[0]}::{one[1]}")
            last = one
        print(f"{time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1])
