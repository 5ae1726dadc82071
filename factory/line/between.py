"""After a shift of `run --forever`: what the run waits for, or that it ends.

It waits for what comes by itself (new work, a new day, a server's patience), for what a commit on main mends, and for
what it can see that a person mended. It ends by a person's word, and by what somebody has to mend with their hands: a
process that sleeps looks well, and nobody would come.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from factory.errors import RateLimited
from factory.line import purse
from factory.line.house import House
from factory.line.shift import ShiftEnd
from factory.money import budget, wallet
from factory.records.yard import Yard

HOUR = 3600.0
AGAIN = 60.0  # seconds before the first look whether what was met is gone
LONGEST = 4 * HOUR


class Pause(NamedTuple):
    """What the run waits for: `kind` is a key of `waits.WAITS`. A new commit on main ends every wait."""

    kind: str
    until: float | None = None  # seconds since the epoch; None: there is no such hour
    why: str = ""
    folder: bool = False  # a person's folder is looked at from that hour on, and ends the wait once it is free


def after(house: House, ended: ShiftEnd, again: int) -> Pause | None:
    """What is waited for after such an end; None: the run ends by it. `again`: how many shifts before it ended alike
    and stamped nothing, so that each is waited for twice as long as the one before."""
    word, now = ended.word, house.clock.now()
    why = str(word or ended.reason)
    if isinstance(word, RateLimited):
        return Pause("refused", now + min(HOUR * 2**again, LONGEST))
    soon = now + min(AGAIN * 2**again, LONGEST)
    match word.stop if word else "done":
        case "done":
            return Pause("work", _next_plan(house, now), why)
        case "written" | "main":
            return Pause("mended", None, why)
        case "budget":
            book = wallet.read_book(house.ledger, house.settings, now)
            return Pause("budget", budget.day_turns(book.date, purse.zone(house)).timestamp())
        case "quota":
            return Pause("quota", budget.day_turns(purse.today(house), purse.zone(house)).timestamp())
        case "way":
            return Pause("folder", soon, why, folder=True)
        case "moved":
            return Pause("moved", soon)
        case "held":
            return Pause("held")
    return None


def _next_plan(house: House, now: float) -> float | None:
    """When the day begins for which cards are planned next."""
    today = budget.day_of(now, purse.zone(house))
    later = [day for day in Yard(house.repo, house.ledger, house.main()).plans() if day > f"{today:%Y%m%d}"]
    if not later:
        return None
    eve = dt.datetime.strptime(min(later), "%Y%m%d").date() - dt.timedelta(days=1)
    return budget.day_turns(eve, purse.zone(house)).timestamp()
