"""One half at work: attempts begin beside each other, and what passed is landed, until everything that was dealt is
stamped, blocked, or waits for something that only a person mends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from factory.errors import CannotJudge, FactoryError
from factory.gate.prospect import Prospect
from factory.line import beforehand, operator, purse, setback, trouble
from factory.line.crew import Came
from factory.line.item import Done, Item, Turn
from factory.line.lander import Landing
from factory.line.tools import Tools
from factory.line.trades import Trade
from factory.model import Ended, State
from factory.money import pace
from factory.records.halves import Half

TICK = 0.2  # seconds between looks at the operator's commands


class HalfAtWork:
    """The loop. `tally` is told of every turn; `over`: whether no further attempt is to begin."""

    def __init__(
        self,
        tools: Tools,
        trade: Trade,
        half: Half,
        waiting: Callable[[], Mapping[str, str]],
        tally: Callable[[Turn], None],
    ) -> None:
        self._tools, self._trade, self.half = tools, trade, half
        self._house, self._crew, self._lander = tools.house, tools.crew, tools.lander
        self._waiting, self._tally = waiting, tally
        self._gathered: list[Done] = []  # passed their own judges, and wait for the others of their stamp
        self._fit: tuple[str, ...] = ()  # what could begin, the last time that was asked
        self._broken: BaseException | None = None  # the run ends by it, once what runs has ended

    def work(self, deal: Callable[[Half], Half], over: Callable[[], bool], most: Callable[[], int]) -> Half:
        """Until every item is finished, or no further attempt is to begin and none runs."""
        try:
            while True:
                self.half = deal(self.half)
                left = self.left()
                if not (self._busy or self._gathered) and (not left or over()):
                    return self.half
                begun = 0 if over() else self._begin_some(left, most())
                if self._gathered and self._is_complete(left, begun, over()):
                    self._land(self._gathered)
                    self._gathered = []
                self._take()
                self._rest(left)
        except BaseException:
            self._drain()
            raise

    @property
    def _busy(self) -> list[Future[Any]]:
        """What runs."""
        return [*self._crew.running, *self._lander.running]

    def left(self) -> list[Item]:
        """What is to be done in this run. What waits holds up nobody: it is dealt again when it can."""
        states, waiting = self._trade.states(), self._waiting()
        names = [item for item in self.half.dealt if states.get(item) in (State.PENDING, State.INFLIGHT)]
        return [i for i in self._trade.items(names) if i.id not in waiting and i.id not in self._tools.aside]

    # --- what begins

    def _begin_some(self, left: Sequence[Item], most: int) -> int:
        """Begin what may, the least tried first: an item that failed lets the others of its half go before it."""
        held = {item.id for item in self._held()}
        now = self._house.clock.now()
        records = {item.id: self._trade.record(item.id) for item in left}
        due = [i for i in left if i.id not in held and not pace.still_waits(records[i.id].not_before, now)]
        able = self._tools.aside.able(self._trade, due)  # main may have moved since they were dealt
        items = sorted((item for item in able if self._fits(item)), key=lambda item: records[item.id].attempts)
        if not items:
            return 0
        beforehand.must_still_judge(self._house, self._tools.sight.now().main)
        made = [item for item in items if records[item.id].passed]
        paid = [item for item in items if item not in made]
        fit, dear = purse.fitting(self._house, paid, self._crew.items)
        self._fit = tuple(item.id for item in fit)
        chosen = self._apart([*made, *fit], most - len(self._crew.running))
        if dear and not chosen and not self._busy:
            self._tools.aside.too_dear(dear)
        return self._begin(chosen)

    def _held(self) -> list[Item]:
        return [*self._crew.items, *self._lander.items, *(done.item for done in self._gathered)]

    def _fits(self, item: Item) -> bool:
        """Whether it may begin now: no one that is worked on, or waits to land, could touch what it touches."""
        return not any(map(item.meets, self._held()))

    def _apart(self, items: Iterable[Item], most: int) -> list[Item]:
        chosen = list[Item]()
        for item in items:
            chosen += [item] if len(chosen) < most and not any(map(item.meets, chosen)) else []
        return chosen

    def _begin(self, items: Sequence[Item]) -> int:
        ready = list[Item]()
        for item in items:
            halt = self._house.signals.halts[item.id] = threading.Event()
            if self._house.signals.stop.is_set():  # `stop --now` came between the deal and here
                halt.set()
            if proof := self._trade.record(item.id).passed:
                self._take_up(item, proof)
            elif step := self._trade.ahead(item):
                self._crew.look(item, step)
            else:
                ready.append(item)
        self._start([(item, None) for item in ready])
        return len(items)

    def _take_up(self, item: Item, proof: str) -> None:
        """An attempt that passed and could not land: judged on today's main, not made again."""
        try:
            done = self._trade.take_up(item, proof)
        except Exception as error:
            if trouble.is_common_to_judge(error):
                raise
            self._not_begun(item, error)
            return
        if done is None:
            self._start([(item, None)])
            return
        self._house.numbers[item.id], self._house.begun[item.id] = done.plan.attempt, (done.plan_commit, done.began)
        self._ended(done)

    def _start(self, items: Sequence[tuple[Item, object]]) -> None:
        """Book their starts and let them be worked on; what cannot be begun waits, and its neighbours do not."""
        if not items:
            return
        try:
            begun = self._trade.begin(items, self._fit)
        except Exception as error:
            if trouble.is_common(error):
                raise
            if len(items) > 1:
                for one in items:
                    self._start([one])
            else:
                self._not_begun(items[0][0], error)
            return
        for attempt in begun:
            self._crew.work(attempt)

    def _not_begun(self, item: Item, error: Exception) -> None:
        self._house.signals.halts.pop(item.id, None)
        self._weigh(setback.set_aside(self._house, item, error))

    def _seen(self, item: Item, seen: object) -> None:
        """What is ahead of it was looked at; meanwhile an operator, or a person on main, may have spoken."""
        house = self._house
        self._tools.sight.again()
        ended = house.signals.drain.is_set() or house.signals.halts[item.id].is_set()
        if ended or self._trade.states().get(item.id) is not State.PENDING:
            del house.signals.halts[item.id]
            self._weigh(setback.not_begun(house, item))
        elif isinstance(seen, Prospect) and seen.hopeless:
            del house.signals.halts[item.id]
            self._lander.hand(lambda: [setback.give_up(house, item, *seen.hopeless or ())], [item])
        else:
            self._start([(item, seen)])

    # --- what comes back

    def _take(self) -> None:
        """What ended within a moment. What breaks one of them ends the run; the others count first."""
        wait(self._busy, timeout=TICK, return_when=FIRST_COMPLETED)
        for came in self._crew.finished():
            self._came(came)
        for turn in self._lander.landed():
            self._weigh(turn)
        self._watch()
        if broken := self._broken or self._lander.broken:
            raise broken

    def _came(self, came: Came) -> None:
        if came.error and trouble.is_common(came.error):
            self._broken = self._broken or came.error
        elif came.error:
            self._not_begun(came.item, came.error)
        elif isinstance(came.left, Done):
            self._ended(came.left)
        else:
            self._seen(came.item, came.left)

    def _ended(self, done: Done) -> None:
        """What becomes of an attempt: broken off, put off, or landed, alone or with the others of its half."""
        house = self._house
        halted = house.signals.ended(done.item.id)
        wait_for = setback.wait_for(house, done) if done.work.ended is Ended.LATER and not halted else None
        if halted:
            self._weigh(self._broken_off(done, halted))
        elif wait_for is not None:
            self._weigh(setback.put_off(house, done, wait_for))
        elif done.item.alone or self._objects(done):
            self._land([done])
        else:
            self._gathered.append(done)

    def _broken_off(self, done: Done, why: str) -> Turn:
        released = self._trade.released(done.item, self._house.main())
        return setback.broken_off(self._house, done, why, released=released)

    def _objects(self, done: Done) -> bool:
        """What breaks the question breaks the judgement, too, and is its verdict there."""
        try:
            return self._trade.objects(done)
        except Exception as error:
            if trouble.is_common_to_judge(error):
                raise
            return True

    def _land(self, group: Iterable[Done]) -> None:
        """In the order in which they were dealt. What an operator took off the line meanwhile is neither stamped nor a
        failure."""
        states, dealt = self._trade.states(), self.half.dealt
        wanted = [done for done in group if done.item.alone or states.get(done.item.id) is not State.BLOCKED]
        if wanted:
            wanted.sort(key=lambda done: dealt.index(done.item.id))
            self._lander.land(Landing(self._trade, self.half.title, tuple(wanted)))

    def _is_complete(self, left: Iterable[Item], begun: int, over: bool) -> bool:
        """Whether what was gathered is to land: nothing else of its half is to come before it."""
        if self._busy or begun:
            return False
        others = self._others(left)
        now = self._house.clock.now()
        due = [i for i in others if not pace.still_waits(self._trade.record(i.id).not_before, now)]
        return over or not others or bool(due)  # a due one that did not begin waits for what is gathered

    def _others(self, left: Iterable[Item]) -> list[Item]:
        gathered = {done.item.id for done in self._gathered}
        return [item for item in left if item.id not in gathered]

    def _weigh(self, turn: Turn) -> None:
        self._count(turn)
        self._broken = self._broken or turn.ending
        if not turn.nobody:
            self._tools.weather.weigh_turn(turn, self.half.place)

    def _count(self, turn: Turn) -> None:
        self._tools.aside.took(turn)
        self._tally(turn)

    def _watch(self) -> None:
        """Main that turns out to be no ground to judge on ends what runs: nobody pays on for what cannot be judged."""
        try:
            self._house.gate.watch()
        except CannotJudge:
            for item in self._crew.items:
                self._house.signals.halt(item.id, "main cannot be judged, so that no work could be")
            raise

    def _rest(self, left: Sequence[Item]) -> None:
        """Nothing runs and all that is left waits for a server: sleep until the first may start."""
        # what was set aside since they were looked at waits for longer than this run
        others = [] if self._busy else [item for item in self._others(left) if item.id not in self._tools.aside]
        now = self._house.clock.now()
        waits = [w for i in others if (w := pace.still_waits(self._trade.record(i.id).not_before, now))]
        if waits and len(waits) == len(others):
            operator.rest(self._house, min(waits), self._lander)

    def _drain(self) -> None:
        """The run ends: what runs is waited for and counted, and what passed is stamped."""
        while self._busy or (self._gathered and not self._lander.broken):
            if not self._busy:
                gathered, self._gathered = self._gathered, []
                self._land(gathered)
            wait(self._busy, return_when=FIRST_COMPLETED)
            for came in self._crew.finished():
                if isinstance(came.left, Done):
                    self._end_late(came.left)
                else:
                    self._house.signals.halts.pop(came.item.id, None)
            for turn in self._lander.landed():
                self._count(turn)

    def _end_late(self, done: Done) -> None:
        house = self._house
        try:
            if halted := house.signals.ended(done.item.id):
                self._count(self._broken_off(done, halted))
            elif done.work.ended is Ended.LATER and (seconds := setback.wait_for(house, done)) is not None:
                self._count(setback.put_off(house, done, seconds))
            elif not self._lander.broken:
                self._land([done])
        except FactoryError as error:
            self._broken = self._broken or error
