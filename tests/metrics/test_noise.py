"""Which messages nobody had to act on: told from the ledger and from main, and from nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from factory.desk.metrics import page
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Event
from factory.observe.noise import LATELY, WITHIN, NoiseCount, ToldNotice, noise
from tests.line.conftest import Shop
from tests.metrics.story import event, folded

Make = Callable[..., Shop]
LATER = 10 * WITHIN


def told(about: str, at: int = 0) -> Event:
    return event(f"notice - @{at}", f"{about} at {at}", Notice=about)


def counted(*events: Event, changes: tuple[int, ...] = (), now: float = LATER) -> NoiseCount:
    return noise(folded(events).told, changes, now)


@pytest.mark.parametrize(
    ("after", "noisy"),
    [
        ((), 1),
        ((event("retry D-1 @60"),), 0),
        ((event(f"cancel D-1 @{WITHIN}"),), 0),
        ((event(f"cancel D-1 @{WITHIN + 1}"),), 1),
        ((event("note - @60"),), 0),
        ((event("stop - @60", Stop="operator"),), 0),
        ((event("stop - @60", Stop="done"), event("stamped D-1 @70"), event("start D-1 @80")), 1),
        ((event("run - @60"),), 1),
    ],
)
def test_a_message_was_for_nothing_where_nobody_did_anything_for_a_day(after: tuple[Event, ...], noisy: int) -> None:
    assert counted(told("blocked"), *after) == (noisy, 1)


def test_what_was_done_before_it_counts_for_nothing() -> None:
    assert counted(event("retry D-1 @60"), told("waits", 61), changes=(60,)) == (1, 1)


def test_a_run_that_is_begun_answers_a_message_that_one_had_ended_and_no_other() -> None:
    abouts = ("stopped", "storm", "budget", "alert", "waits")
    found = {about: counted(told(about), event("run - @60")).noisy for about in abouts}
    assert found == {"stopped": 0, "storm": 0, "budget": 1, "alert": 1, "waits": 1}


def test_a_commit_to_main_answers_it_and_what_is_young_is_not_decided_yet() -> None:
    assert counted(told("alert"), changes=(WITHIN,)) == (0, 1)
    assert counted(told("alert"), now=WITHIN) == (0, 0)
    assert counted(told("alert"), event("retry D-1 @5"), now=10) == (0, 1)


def test_a_message_that_all_is_done_asks_nobody_and_only_the_newest_count() -> None:
    assert counted(told("finished")) == (0, 0)
    many = [told("alert", at) for at in range(LATELY + 20)]
    assert counted(*many) == (LATELY, LATELY)
    assert folded(many).told[0] == ToldNotice(20, ended=False)


def test_it_is_the_same_folded_at_once_and_piece_by_piece() -> None:
    events = [told("stopped"), event("run - @9"), told("blocked", 10), told("waits", 20), event("retry D-1 @30")]
    whole, piece = folded(events), folded(())
    for one in events:
        piece = piece.then([one])
    assert whole.told == piece.told
    assert [one.acted for one in whole.told] == [True, True, True]


def test_it_is_read_from_a_repository_and_the_factorys_own_commits_are_no_acts(make: Make) -> None:
    shop = make("D-1 One")
    assert shop.run("run").code == 0
    now = time.time()
    assert index(shop, now) is None
    with Repo(shop.path) as repo:
        ledger = Ledger(repo, lambda: now - 2 * WITHIN)
        for about in ("alert", "finished"):
            ledger.append(Event(name="notice", text=about, trailers={"Factory-Notice": about}), {})
    assert index(shop, now) == 1
    with Repo(shop.path) as repo:
        Ledger(repo, lambda: now).append(Event(name="notice", text="x", trailers={"Factory-Notice": "waits"}), {})
    assert index(shop, now) == 1
    person_commits(shop, int(now) + 5)
    assert index(shop, now + 60) == 0.5
    assert index(shop, now + 2 * WITHIN) == 0.5


def person_commits(shop: Shop, at: int) -> None:
    who = {f"GIT_{who}_{what}": "factory" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {f"GIT_{who}_DATE": f"{at} +0000" for who in ("AUTHOR", "COMMITTER")}
    made = shop.git("commit-tree", "main^{tree}", "-p", "main", "-m", "mend it", **who, **when).strip()
    shop.git("update-ref", "refs/heads/main", made)


def index(shop: Shop, now: float) -> float | None:
    found = [family for family in parsed(page(shop.path, now).text) if family.name == "alert_noise_index"]
    return next((sample.value for family in found for sample in family.samples), None)
