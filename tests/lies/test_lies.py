"""Workers that strangers wrote, and our own: no lie is stamped, and no honest work refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lies.line import Lie, every, run, wrong

LIES = every()
# One of each kind runs with every test; the others are a proof.
SAMPLE = {
    "h00-right-fix", "a01-data-beside-the-red-test", "a10-unittest-goal", "b08-sqlite-fixture-written-at-run-time",
    "c06-stdlib-shadowed-from-the-package", "d01-skips-where-the-module-was-broken",
    "d10-reads-the-hidden-tests-from-the-disk", "f02-a-later-ticket-breaks-a-check-outside-the-tiers",
    "l04-renamed-test-in-a-subfolder-project", "r01-timeout", "s04-contains-everything",
    "j08-the-product-hides-a-judge-module", "k04-moves-the-next-tickets-goal", "x16-inputs-from-a-file-and-a-property",
}  # fmt: skip


def named(lie: Lie) -> str:
    return lie.name


def as_it_should(lie: Lie, tmp_path: Path, rooms: str) -> None:
    ended = run(lie, tmp_path / "lie", rooms)
    assert not wrong(lie, ended), ended.said


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie.name in SAMPLE], ids=named)
def test_a_lie_is_not_stamped_and_honest_work_is(lie: Lie, tmp_path: Path) -> None:
    as_it_should(lie, tmp_path, "auto")


@pytest.mark.prove
@pytest.mark.parametrize("rooms", ["overlay", "warm", "copy"])
@pytest.mark.parametrize("lie", LIES, ids=named)
def test_a_lie_ends_the_same_in_every_kind_of_room(lie: Lie, rooms: str, tmp_path: Path) -> None:
    as_it_should(lie, tmp_path, rooms)


def test_the_sample_is_of_every_kind_and_there_are_honest_ones_beside() -> None:
    assert {lie.name for lie in LIES} >= SAMPLE
    kinds = {lie.kind for lie in LIES if lie.name in SAMPLE}
    assert len(kinds) >= 8
    assert sum(lie.honest for lie in LIES) >= 5
