"""One sleep between two shifts of `run --forever`, and what ends it: a few looks a minute, and nothing written."""

from __future__ import annotations

from factory.errors import InTheWay, Mistake
from factory.git.repo import LEDGER
from factory.line import operator, way
from factory.line.between import AGAIN, Pause
from factory.line.house import House
from factory.line.lander import Lander
from factory.line.looking import Look
from factory.line.shift import Shift
from factory.model import Oid
from factory.plain import whole_line
from factory.records import sleep
from factory.records.redact import redact
from factory.records.view import find_main
from factory.reports import waits

LOOK = operator.EYE


class Vigil:
    """Over when main or the ledger moved, when its hour came, or when the run is to end."""

    def __init__(self, house: House, lander: Lander, last: Shift, wait: Pause) -> None:
        """`last`: the shift before it. What it did not see any more of main is new."""
        self._house, self._lander, self._last, self._wait = house, lander, last, wait
        self._ledger = house.ledger.tip
        self._main: str | None = last.looked
        self._span = (wait.until or 0.0) - house.clock.now()
        self._next_look = wait.until or 0.0  # at a person's folder
        self._news = self._settings_differ()

    def keep(self) -> None:
        """Sleep; commands are carried out meanwhile."""
        house, wait = self._house, self._wait
        until = None if wait.folder else wait.until
        why = whole_line(redact(wait.why, house.secrets))
        with sleep.asleep(house.private, wait.kind, house.clock.now(), until, why) as note:
            house.say("", waits.in_words(note, house.settings.factory.timezone))
            while not (house.signals.drain.is_set() or self._over()):
                house.clock.sleep(self._pause(), operator.Ear(house, self._lander))
                operator.attend(house, self._lander)

    def _pause(self) -> float:
        left = (self._wait.until or 0.0) - self._house.clock.now()
        return min(LOOK, left) if left > 0 else LOOK

    def _over(self) -> bool:
        return self._news or self._moved() or self._due()

    def _settings_differ(self) -> bool:
        """The shift worked by those that it began with: what kept it may be mended by now."""
        try:
            return find_main(self._house.repo)[0] != self._house.settings
        except Mistake:
            return False  # `_moved` tells

    def _moved(self) -> bool:
        repo = self._house.repo
        if repo.tip(LEDGER) != self._ledger:
            return True
        if (tip := repo.tip(self._house.ref)) == self._main:
            return False
        self._main = tip
        try:
            settings, main = find_main(repo)
        except Mistake as mistake:
            self._house.say("", f"{mistake}; until a commit on main mends that, nothing begins", "warning")
            return False
        return self._wait.kind != "work" or settings != self._house.settings or self._brings_work(main)

    def _brings_work(self, main: Oid) -> bool:
        """A commit that releases nothing is none to wake up for: it would leave two events each time."""
        try:
            look = Look(self._house, main)
            return bool(look.ready or look.yard.plans())
        except Mistake:
            return True  # the shift says what is wrong

    def _due(self) -> bool:
        """A clock that was set back makes no wait longer: what is waited for is asked anew."""
        if self._wait.until is None:
            return False
        left = self._wait.until - self._house.clock.now()
        if 0 < left <= self._span + AGAIN:
            return False
        return self._is_free() if self._wait.folder else True

    def _is_free(self) -> bool:
        """Whether nothing lies in the way any more; asked once a minute."""
        now = self._house.clock.now()
        if 0 < self._next_look - now <= self._span + AGAIN:
            return False
        self._next_look = now + AGAIN
        try:
            way.must_be_open(self._house, self._house.main())
        except InTheWay:
            return False
        return not self._last.kept()
