"""The numbers after kills: none falls, whoever looks gets the same, and at the end they are those of an unhurt run."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from factory.desk.metrics import page
from factory.observe.reading import Numbers
from tests.metrics.test_reading import Found, counters, number, numbers
from tests.proof.field import Field
from tests.proof.killing import killed_at_step
from tests.proof.steps import Order

SEED = 20261128
END = {"factory_stamps_total": 11, "factory_failed_attempts_total": 6, "factory_blocked_total": 1}


def hurt(where: Path, kills: int, seed: int) -> None:
    chance, field = random.Random(seed), Field.plant(where)
    try:
        known, before = Numbers(), Found()
        for _ in range(kills):
            assert killed_at_step(field, Order(at=chance.randint(1, 700))) == []
            known, before = looked(field, known, before)
        while field.run().code != 1:
            known, before = looked(field, known, before)
        _, found = looked(field, known, before)
        assert {name: number(found, name) for name in END} == END
        assert number(found, "gpt5_token_usage_total", type="in") == 100 * (11 + 6)
        assert number(found, "factory_spent_usd_total") >= float(
            field.till.total()
        )  # a kill leaves a reservation spent
        assert number(found, "ko_busy_state") == number(found, "factory_attempts_in_flight") == 0
    finally:
        field.close()


def looked(field: Field, known: Numbers, before: Found) -> tuple[Numbers, Found]:
    """The numbers, which are the same for who kept what he knew and for who did not, and of which none has fallen."""
    now = time.time()
    again = page(field.repo, now, known)
    assert again.text == page(field.repo, now).text
    found = numbers(again.text)
    assert {key: (value, found.get(key)) for key, value in counters(before).items() if found.get(key, 0) < value} == {}
    return again.numbers, found


def test_a_few_kills_change_no_number(where: Path) -> None:
    hurt(where, 4, SEED)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(10))
def test_many_kills_change_no_number(where: Path, share: int) -> None:
    hurt(where, 25, SEED + 1 + share)
