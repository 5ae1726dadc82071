"""A night that tells somebody: which messages go out, how many, and what they say."""

from __future__ import annotations

from collections.abc import Callable

from tests.line.conftest import Shop
from tests.notices.conftest import Ear, settings

Make = Callable[..., Shop]
WRONG = "exit 3\n"


def test_a_run_that_is_finished_says_so_with_its_counts(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", "D-2 Another", settings=settings(ear.url))
    assert shop.run("run").code == 0
    print(ear.heard())
    assert ear.events() == ["finished"]


def test_ten_tickets_that_fail_alike_are_one_message(make: Make, ear: Ear) -> None:
    rows = [f"D-{n} A ticket" for n in range(1, 11)]
    calm = "\n[storm]\nfailures = 99\nbox_failures = 99\n[caps]\nattempts = 1\n"
    shop = make(*rows, worker=WRONG, settings=settings(ear.url, more=calm))
    done = shop.run("run")
    print(done, ear.heard())
    print(shop.run("log").out)
    assert ear.events() == ["blocked", "finished"]
