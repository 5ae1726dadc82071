"""What is said while no run is on has the time of day where the factory is, not where the machine is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest

from tests.line.conftest import SETTINGS, Shop
from tests.line.conftest import at as at
from tests.line.conftest import make as make

FAR = SETTINGS + '\n[factory]\ntimezone = "Etc/GMT-12"\n\n[sandbox]\nkind = "none"\n'


@pytest.mark.parametrize("words", [("gate", "--tree", "main"), ("gate", "--work", "main^2^", "--base", "main^"),
                                   ("verify", "--rerun")])  # fmt: skip
def test_a_gate_by_hand_tells_the_time_in_the_factorys_zone(make: Callable[..., Shop], words: tuple[str, ...]) -> None:
    shop = make("D-1 A ticket", settings=FAR)
    assert shop.run("run").code == 0
    began = dt.datetime.now(dt.UTC)
    done = shop.run(*words)
    said = re.findall(r"^(\d\d:\d\d:\d\d) ", done.out, re.MULTILINE)
    assert done.code == 0, done
    assert said
    first = (began.hour + 12) % 24 * 60 + began.minute
    times = [int(one[:2]) * 60 + int(one[3:5]) for one in said]
    assert all((time - first) % (24 * 60) < 30 for time in times), (said, began)  # the gate takes seconds, not hours
