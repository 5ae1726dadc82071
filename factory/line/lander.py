"""The lander: one thread alone moves main. It judges what the crew brings on today's main, and stamps what passed.

Whoever wants something of main asks it here, and nobody else's thread writes there: so nothing has to be locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

from factory.errors import InTheWay, Moved
from factory.line import booking, judging, setback, trouble, way
from factory.line.house import House
from factory.line.item import Done, Item, Turn
from factory.line.trades import Judged, Kept, Merged, Trade
from factory.model import Oid
from factory.records import landing

REMERGES = 5  # how often somebody else may move main while a gate runs, before the attempt is put back
T = TypeVar("T")


class Job(NamedTuple):
    """Attempts that are to be stamped together."""

    trade: Trade
    half: str
    group: tuple[Done, ...]


class Lander:
    """A context manager: its end waits for what it has begun."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._thread = ThreadPoolExecutor(1, "lander")
        self.running: dict[Future[list[Turn]], tuple[Item, ...]] = {}
        self.broken: BaseException | None = None  # it concerns every item: the run ends by it

    def __enter__(self) -> Lander:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True)

    @property
    def idle(self) -> bool:
        """Whether main stands still until the next call: nobody else hands it anything."""
        return not self.running

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for items in self.running.values() for item in items)

    def land(self, job: Job) -> None:
        """Judge and stamp these after what was handed over before."""
        self.hand(partial(land, self._house, job), [done.item for done in job.group])

    def hand(self, step: Callable[[], list[Turn]], items: Iterable[Item]) -> None:
        """A step that ends these items' turns."""
        self.running[self._thread.submit(step)] = tuple(items)

    def do(self, step: Callable[[], T]) -> T:
        """A step that may write main, in the lander's thread; returns when it is done."""
        return self._thread.submit(step).result()

    def landed(self) -> list[Turn]:
        """The turns that ended. What broke a landing is kept as `broken`: the others count."""
        turns = list[Turn]()
        for future in [future for future in self.running if future.done()]:
            del self.running[future]
            if error := future.exception():
                self.broken = self.broken or error
            else:
                turns += future.result()
        return turns


def land(house: House, job: Job) -> list[Turn]:
    """Judge the attempts on today's main and stamp those that pass, together; book why the others did not."""
    trade, group, turns = job.trade, list(job.group), list[Turn]()
    for _ in range(REMERGES):
        main = house.main()
        settled = [trade.settled(done, main) for done in group]
        turns += [one for one in settled if isinstance(one, Turn)]
        passed, merged = _judged(house, job, main, [one for one in settled if isinstance(one, Done)], turns)
        if not passed:
            return turns
        group = [one.done for one in passed]
        if (kept := _kept(house, job, passed, merged, turns)) is None:
            group = [done for done in group if done.item not in [turn.item for turn in turns]]
            continue
        try:
            stamp = way.retried(house, partial(_stamp, house, job, passed, merged, kept))
        except Moved:
            for done in group:
                house.say(done.item.id, "main moved meanwhile; merging and gating again", kind="gate")
        except InTheWay as obstacle:
            group = _without_waiting(house, job, passed, merged, kept, obstacle, turns)
            if not group:
                return turns
        else:
            return [*turns, *stamp]
    why = "main kept moving while the gate ran"
    return turns + [setback.give_way(house, done, done.commits.work if done.commits else None, why) for done in group]


def _judged(house: House, job: Job, main: Oid, group: list[Done], turns: list[Turn]) -> tuple[list[Judged], Merged]:
    """Those that pass, and the tree that they passed on; what fails is booked, and the rest is judged without it."""
    merged = Merged(main, "")
    while group:
        merged = _merged(job.trade, main, group)
        found = [judging.judged(house, job.trade, done, merged) for done in group]
        passed = [one for one in found if one.verdict.passed and not one.unheard]
        turns += [_refused(house, job, one, merged) for one in found if one not in passed]
        if len(passed) == len(group):
            return passed, merged
        group = [one.done for one in passed]
    return [], merged


def _merged(trade: Trade, main: Oid, group: list[Done]) -> Merged:
    """What breaks the merge of a group is met again where its attempts are judged."""
    try:
        return trade.merge(main, group)
    except Exception as error:
        if trouble.is_common_to_judge(error) or len(group) > 1:
            raise
        group[0] = group[0]._replace(broke=error)
        return Merged(main, "")


def _refused(house: House, job: Job, one: Judged, merged: Merged) -> Turn:
    """Booked with its evidence; where that is what cannot be kept, without what its worker left."""
    try:
        kept = job.trade.keep("", [one], merged)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        one = one._replace(done=trouble.bare(one.done))
        kept = job.trade.keep("", [one], merged)
    if one.unheard:
        return setback.unheard(house, one.done, kept.evidence, one.unheard)
    return booking.fail(house, one.done, kept.results[one.done.item.id], kept.evidence, one.verdict, one.opinion)


def _kept(house: House, job: Job, passed: list[Judged], merged: Merged, turns: list[Turn]) -> Kept | None:
    """The evidence of those that pass; None where it cannot be kept: each whose it is alone has failed by that, and
    all of them where it is none alone."""
    try:
        return job.trade.keep(job.half, passed, merged)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        found = [(one, _breaks(job.trade, one, merged)) for one in passed] if len(passed) > 1 else []
        bad = [(one, own) for one, own in found if own] or [(one, error) for one in passed]
        for one, own in bad:
            turns.append(_refused(house, job, one._replace(verdict=trouble.verdict(own)), merged))
        return None


def _breaks(trade: Trade, one: Judged, merged: Merged) -> Exception | None:
    try:
        trade.keep("", [one], merged)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        return error
    return None


def _stamp(house: House, job: Job, passed: Sequence[Judged], merged: Merged, kept: Kept) -> list[Turn]:
    """Moved where main is not what was judged any more."""
    draft = job.trade.draft(job.half, passed, merged, kept)
    with house.stamping():
        stamp = landing.stamp(house.repo, house.ref, draft, run=house.run, now=house.clock.now(), signer=house.signer)
        return job.trade.stamped(job.half, passed, stamp, kept)


def _without_waiting(
    house: House, job: Job, passed: list[Judged], merged: Merged, kept: Kept, obstacle: InTheWay, turns: list[Turn]
) -> list[Done]:
    """Of those that could not land together, the ones that can go on; the others wait, each for what is in its way."""
    own = {one.done.item.id: job.trade.waits(one, obstacle, merged) for one in passed}
    if obstacle.everyone or not any(own.values()):
        own = dict.fromkeys(own, "")
        held = [(one, obstacle) for one in passed]
    else:
        held = [(one, InTheWay(own[one.done.item.id])) for one in passed if own[one.done.item.id]]
    for one, way_ in held:
        proof = kept if len(passed) == 1 else job.trade.keep("", [one], merged)
        turns.append(setback.keep(house, one.done, proof.evidence, way_))
    waiting = [one.done for one, _ in held]
    return [one.done for one in passed if one.done not in waiting]
