"""The long proof of the kills: before each step of a run, and at 500 random moments. It can be resumed."""

from __future__ import annotations

import functools
import random
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.proof.killing import at_a_moment, at_steps
from tests.proof.record import Record
from tests.proof.steps import Order

pytestmark = [pytest.mark.prove, pytest.mark.timeout(6 * 3600)]

WORDS = ("start", "tell", "rename", "fsync", "link", "remove", "rmdir", "mount", "umount2", "mkdir", "open")
MOMENTS, CHAINS, SEED = 500, 100, 20261121


def fresh(where: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=where))


def killed_at(where: Path, orders: Iterable[Order], kind: str = "auto") -> list[str]:
    under = fresh(where)
    try:
        return at_steps(under, orders, kind)
    finally:
        shutil.rmtree(under)


@pytest.mark.parametrize("share", range(20))
def test_a_kill_at_any_place_of_this_share_changes_nothing(where: Path, places: dict[str, int], share: int) -> None:
    """Before the first and before the last step that is made there."""
    points = {
        f"{at} at {place}": functools.partial(killed_at, where, [Order(at=at, place=place)])
        for place, count in sorted(places.items())[share::20]
        for at in {1, count}
    }
    assert Record("places").prove(points) == {}


def test_the_words_are_all_that_a_run_does(places: dict[str, int]) -> None:
    assert {place.split()[0] for place in places} == set(WORDS)


@pytest.mark.parametrize("share", range(20))
@pytest.mark.parametrize("word", WORDS)
def test_a_kill_before_any_step_of_this_share_changes_nothing(
    where: Path, places: dict[str, int], word: str, share: int
) -> None:
    """By count: every started program, every line told to git, every rename, every fsync, and so on.

    Boxed where a program is started; the other steps are the controller's own, and a run without boxes makes them in
    two thirds of the time.
    """
    kind = "auto" if word == "start" else "none"
    steps = sum(count for place, count in places.items() if place.split()[0] == word)
    steps += steps // 50  # a few more, so that none at the end is left out
    points = {
        f"{word} {n}": functools.partial(killed_at, where, [Order(at=n, place=word)], kind)
        for n in range(share + 1, steps + 1, 20)
    }
    assert Record("steps").prove(points) == {}


@pytest.mark.parametrize("share", range(20))
def test_a_kill_at_any_moment_of_this_share_changes_nothing(where: Path, share: int) -> None:
    def killed(number: int) -> list[str]:
        under = fresh(where)
        try:
            return at_a_moment(under, random.Random(SEED + number))
        finally:
            shutil.rmtree(under)

    points = {f"moment {n}": functools.partial(killed, n) for n in range(share, MOMENTS, 20)}
    assert Record("moments").prove(points) == {}


@pytest.mark.parametrize("share", range(20))
def test_kills_one_after_the_other_change_nothing(where: Path, share: int) -> None:
    def killed(number: int) -> list[str]:
        chance = random.Random(SEED + number)
        return killed_at(where, [Order(at=chance.randint(1, 500)) for _ in range(30)])

    points = {f"chain {n}": functools.partial(killed, n) for n in range(share, CHAINS, 20)}
    assert Record("chains").prove(points) == {}
