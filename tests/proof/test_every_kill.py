"""The long proof of the kills: before each step of a run, and at 500 random moments. It can be resumed."""

from __future__ import annotations

import functools
import random
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.proof.field import Field
from tests.proof.killing import at_a_moment, at_steps
from tests.proof.record import Record
from tests.proof.steps import Order

pytestmark = [pytest.mark.prove, pytest.mark.timeout(6 * 3600)]

SHARES, MOST_STEPS = 100, 8000  # two runs differ by some hundred steps: threads take turns in another order
MOMENTS, CHAINS, SEED = 500, 100, 20261121


def fresh(where: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=where))


@pytest.fixture
def steps(where: Path) -> int:
    """How many steps a run has that nobody kills, and a few more, so that none at the end is left out."""
    field = Field.plant(fresh(where))
    log = where / "steps"
    assert field.run(Order(log=str(log))).code == 1
    field.close()
    count = len(log.read_text().splitlines())
    assert 3000 < count < MOST_STEPS
    return count + 100


@pytest.mark.parametrize("share", range(SHARES))
def test_a_kill_before_any_step_of_this_share_changes_nothing(where: Path, steps: int, share: int) -> None:
    def killed(step: int) -> list[str]:
        under = fresh(where)
        try:
            return at_steps(under, [step])
        finally:
            shutil.rmtree(under)

    points = {f"step {n}": functools.partial(killed, n) for n in range(share + 1, steps, SHARES)}
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
        under, chance = fresh(where), random.Random(SEED + number)
        try:
            return at_steps(under, [chance.randint(1, 500) for _ in range(30)])
        finally:
            shutil.rmtree(under)

    points = {f"chain {n}": functools.partial(killed, n) for n in range(share, CHAINS, 20)}
    assert Record("chains").prove(points) == {}
