"""A run that does not end by itself: shift after shift, and between them a sleep until there may be more to do.

Each shift is a whole run, with its own tools, by the settings that main has then, and leaves the papers of one. The
repository stays this controller's all the time; nothing is written while it sleeps.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

from factory.errors import Exit, FactoryError, Stopped, TimeUp
from factory.line import between
from factory.line.crew import Crew
from factory.line.house import House
from factory.line.lander import Lander
from factory.line.shift import Shift, ShiftEnd
from factory.line.signals import Signals
from factory.line.vigil import Vigil


class Forever:
    """One run with `--forever`. `furnished` gives each shift its tools; `after` looks at each that ended."""

    def __init__(
        self,
        furnished: Callable[[], AbstractContextManager[House]],
        after: Callable[[House, ShiftEnd], None] = lambda _house, _ended: None,
    ) -> None:
        self._furnished, self._after = furnished, after
        self._lock, self._signals = threading.Lock(), Signals()
        self._sum = ShiftEnd(Exit.OK, "", 0, 0)  # what all shifts counted, and how the last one ended
        self._last: type | None = None  # what ended it; None: there was none yet
        self._again = 0  # how many before it ended alike, and none of them stamped anything

    def end(self, why: Stopped, now: bool) -> None:
        """Ctrl-C and the like, at any moment; called by another thread."""
        with self._lock:
            self._signals.end(why, now=now)

    def run(self) -> ShiftEnd:
        """Work and sleep, until something ends it for good."""
        while True:
            with self._furnished() as house, Crew(house) as crew, Lander(house) as lander:
                self._hear_by(house.signals)
                shift = Shift(house, crew, lander, tickets=None, once=False)
                ended = self._worked(shift)
                self._count(ended)
                self._after(house, ended)
                wait = between.after(house, ended, self._again)
                if wait and not house.signals.why:
                    Vigil(house, lander, shift, wait).keep()
                if not wait or house.signals.why:
                    return self._over(ended.word, house.signals.why)

    def _hear_by(self, signals: Signals) -> None:
        """From now on these are set; what came before is passed on."""
        with self._lock:
            for why in self._signals.reasons:
                signals.end(why, now=self._signals.stop.is_set())
            self._signals = signals

    def _worked(self, shift: Shift) -> ShiftEnd:
        """What is wrong before anything was begun, while whoever typed the command looks on, ends it at once."""
        try:
            return shift.run()
        except FactoryError as word:
            ended = shift.ended_by(word)
            if self._last is None and not ended.dealt and not isinstance(word, Stopped):
                raise
            return ended

    def _count(self, ended: ShiftEnd) -> None:
        """One more shift. Its error is not kept: that would hold all the tools of its run."""
        fruitless = not (ended.stamped or any(ended.others.values()))
        self._again = self._again + 1 if fruitless and self._last is type(ended.word) else 0
        self._last = type(ended.word)
        self._sum = ShiftEnd(
            ended.exit,
            ended.reason,
            self._sum.stamped + ended.stamped,
            self._sum.failed + ended.failed,
            Counter(self._sum.others) + Counter(ended.others),
            self._sum.dealt + ended.dealt,
        )

    def _over(self, word: FactoryError | None, why: Stopped | None) -> ShiftEnd:
        """All shifts as one. A person's word is how it ended, also where nothing was left to do; the hour is none."""
        if why and not isinstance(why, TimeUp):
            return self._sum._replace(exit=why.exit, reason=str(why), word=why)
        if word and not isinstance(word, Stopped) and not (self._sum.stamped or self._sum.failed):
            raise word
        return self._sum
