"""An attempt is a function of commits: another process with nothing but the repository makes the same one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from factory.executors import Order
from factory.line import attempt
from factory.line.looking import Sight
from factory.line.opening import open_house
from factory.line.trades.card import Cards
from factory.line.trades.ticket import Tickets
from factory.sandbox.process import run as call
from tests.line.conftest import Shop
from tests.line.night import FAST, ROOT, environment
from tests.trucks.conftest import MakeDay

Make = Callable[..., Shop]


def elsewhere(shop: Shop, order: Order) -> dict[str, object]:
    """The order carried out by a process of its own, which keeps no home and no cache of ours."""
    env = {**environment(), "XDG_CACHE_HOME": str(shop.path.parent / "another cache")}
    given = shop.path.parent / "order.json"
    given.write_text(order.model_dump_json())
    script = f"exec {sys.executable} -m factory.executors {shop.path} < {given}"
    done = call(["sh", "-c", script], cwd=ROOT, env=env, timeout=60)
    assert done.code == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_a_tickets_order_gives_the_same_work_commit_in_another_process(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    with open_house(shop.path, dict(os.environ), working=True) as house:
        tickets = Tickets(house, Sight(house))
        item = tickets.ready()[0]
        [begun] = tickets.begin([(item, tickets.ahead(item)())], ())
        done = attempt.perform(house, begun)
        assert done.commits is not None
        told = elsewhere(shop, begun.order)
        assert (told["work"], told["ended"], told["broke"]) == (done.commits.work, "DONE", "")
        assert shop.read("D-1.txt", str(told["work"])) == "right\n"


def test_a_cards_order_gives_the_same_work_commit_in_another_process(make_day: MakeDay) -> None:
    shop = make_day()
    with open_house(shop.path, dict(os.environ), working=True) as house:
        cards = Cards(house, Sight(house))
        cards.prepare()
        half = cards.half(list)
        assert half is not None
        [begun, *_] = cards.begin([(item, None) for item in cards.items(half.dealt)], ())
        done = attempt.perform(house, begun)
        assert done.commits is not None
        assert elsewhere(shop, begun.order)["work"] == done.commits.work


def test_the_share_of_an_order_is_all_that_it_can_spend(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    with open_house(shop.path, dict(os.environ), working=True) as house:
        tickets = Tickets(house, Sight(house))
        item = tickets.ready()[0]
        [begun] = tickets.begin([(item, tickets.ahead(item)())], ())
        nothing = begun.order.model_copy(update={"most": type(begun.order.most)()})
        assert elsewhere(shop, nothing)["ended"] == "FAILED"
