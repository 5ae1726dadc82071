"""A run that no kill can hurt: killed at any step and any moment, it ends as the run that was not killed."""

from __future__ import annotations

import random
import time
from pathlib import Path

from factory.git.repo import Repo
from tests.proof import orphans
from tests.proof.field import LONGEST, PRICE, WORKER, Field
from tests.proof.killing import KILLED, at_steps
from tests.proof.outcome import at_the_end, booked
from tests.proof.steps import Order

SEED = 20261121


def test_a_run_that_nobody_kills_ends_as_expected_and_books_every_cent(where: Path) -> None:
    field = Field.plant(where)
    ran = field.run(Order(log=str(where / "steps")))
    assert (ran.code, ran.err) == (1, "")
    assert at_the_end(field) == []
    with Repo(field.repo) as repo:
        assert booked(repo) == field.till.total() == 19 * PRICE
    assert len((where / "steps").read_text().splitlines()) > 3000
    field.close()


def test_a_run_killed_fifteen_times_ends_as_one_that_was_not(where: Path) -> None:
    chance = random.Random(SEED)
    assert at_steps(where, [Order(at=chance.randint(1, 700)) for _ in range(15)]) == []


def test_a_kill_between_the_last_failure_and_its_word_on_main_gives_no_further_attempt(where: Path) -> None:
    place = "mkdir git.store:write<git.store:write_commit<records.landing:advance<records.landing:set_row"
    assert at_steps(where, [Order(at=1, place=place)]) == []


def test_a_worker_does_not_outlive_its_controller(where: Path) -> None:
    field = Field.plant(where, worker=f"echo $FACTORY_TICKET 1 > @OUTSIDE@/till\nsleep 60 & sleep 60\n{WORKER}")
    known = orphans.known()
    running = field.start()
    while not field.till.paid:
        time.sleep(0.01)
    assert not running.ended()
    running.kill()
    assert running.end(LONGEST).code == KILLED
    assert orphans.left(known, LONGEST) == []  # the kernel ends them; how soon is the load of the machine
    field.close()
