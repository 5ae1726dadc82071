"""The lander: one thread alone moves main. It judges what the crew brings on today's main, and stamps what passed.

Whoever wants something of main asks it here, and nobody else's thread writes there: so nothing has to be locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

from factory.errors import InTheWay, Moved
from factory.line import booking, judging, setback, trouble, way
from factory.line.house import House
from factory.line.item import Done, Item, Turn
from factory.line.trades import GroupMerge, Judged, Packed, Trade
from factory.model import Oid
from factory.records import landing

REMERGES = 5  # how often somebody else may move main while a gate runs, before the attempt is put back
T = TypeVar("T")


class Landing(NamedTuple):
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

    def land(self, job: Landing) -> None:
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


class Passed(NamedTuple):
    """What may be stamped: those that pass, the tree that they passed on, and their evidence, once it is kept."""

    ones: tuple[Judged, ...]
    merged: GroupMerge
    kept: Packed | None = None

    @property
    def group(self) -> list[Done]:
        return [one.done for one in self.ones]


def land(house: House, job: Landing) -> list[Turn]:
    """Judge the attempts on today's main and stamp those that pass, together; book why the others did not."""
    group, turns = list(job.group), list[Turn]()
    for _ in range(REMERGES):
        main = house.main()
        settled = [job.trade.settled(done, main) for done in group]
        turns += [one for one in settled if isinstance(one, Turn)]
        passed = _judged(house, job, main, [one for one in settled if isinstance(one, Done)], turns)
        group = passed.group
        if not group:
            return turns
        if (kept := _kept(house, job, passed, turns)) is None:
            group = [done for done in group if done.item not in [turn.item for turn in turns]]
            continue
        passed = passed._replace(kept=kept)
        try:
            return turns + way.retried(house, partial(_stamp, house, job, passed))
        except Moved:
            for done in group:
                house.say(done.item.id, "main moved meanwhile; merging and gating again", kind="gate")
        except InTheWay as obstacle:
            group = _without_waiting(house, job, passed, obstacle, turns)
            if not group:
                return turns
    why = "main kept moving while the gate ran"
    return turns + [setback.give_way(house, done, done.commits.work if done.commits else None, why) for done in group]


def _judged(house: House, job: Landing, main: Oid, group: list[Done], turns: list[Turn]) -> Passed:
    """Those that pass; what fails is booked, and the rest is judged without it."""
    while group:
        merged = _merged(job.trade, main, group)
        found = [judging.judged(house, job.trade, done, merged) for done in group]
        passed = [one for one in found if one.verdict.passed and not one.unheard]
        turns += [_refused(house, job, one, merged) for one in found if one not in passed]
        if len(passed) == len(group):
            return Passed(tuple(passed), merged)
        group = [one.done for one in passed]
    return Passed((), GroupMerge(main, ""))


def _merged(trade: Trade, main: Oid, group: list[Done]) -> GroupMerge:
    """What breaks the merge of one attempt is met again where that one is judged; the others merge without it."""
    try:
        return trade.merge(main, group)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        broken = [error] if len(group) == 1 else [_broken_by(trade, main, done) for done in group]
        if not any(broken):
            raise
        group[:] = [done._replace(broke=broke or done.broke) for done, broke in zip(group, broken, strict=True)]
        whole = [done for done, broke in zip(group, broken, strict=True) if not broke]
        return trade.merge(main, whole) if whole else GroupMerge(main, "")


def _broken_by(trade: Trade, main: Oid, done: Done) -> Exception | None:
    """What one attempt alone breaks its merge by."""
    try:
        trade.merge(main, [done])
        return None
    except Exception as error:
        return error


def _refused(house: House, job: Landing, one: Judged, merged: GroupMerge) -> Turn:
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


def _kept(house: House, job: Landing, passed: Passed, turns: list[Turn]) -> Packed | None:
    """The evidence of those that pass; None where it cannot be kept: each whose it is alone has failed by that, and
    all of them where it is none alone."""
    try:
        return job.trade.keep(job.half, passed.ones, passed.merged)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        alone = passed.ones if len(passed.ones) > 1 else ()
        found = [(one, own) for one in alone if (own := _breaks(job.trade, one, passed.merged))]
        for one, own in found or [(one, error) for one in passed.ones]:
            turns.append(_refused(house, job, one._replace(verdict=trouble.verdict(own)), passed.merged))
        return None


def _breaks(trade: Trade, one: Judged, merged: GroupMerge) -> Exception | None:
    try:
        trade.keep("", [one], merged)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        return error
    return None


def _stamp(house: House, job: Landing, passed: Passed) -> list[Turn]:
    """Moved where main is not what was judged any more."""
    assert passed.kept is not None
    draft = job.trade.draft(job.half, passed.ones, passed.merged, passed.kept)
    with house.stamping():
        stamp = landing.stamp(house.repo, house.ref, draft, run=house.run, now=house.clock.now(), signer=house.signer)
        return job.trade.stamped(job.half, passed.ones, stamp, passed.kept)


def _without_waiting(house: House, job: Landing, passed: Passed, obstacle: InTheWay, turns: list[Turn]) -> list[Done]:
    """Of those that could not land together, the ones that can go on; the others wait, each for what is in its way."""
    own = {one.done.item.id: job.trade.waits(one, obstacle, passed.merged) for one in passed.ones}
    if obstacle.everyone or not any(own.values()):
        held = [(one, obstacle) for one in passed.ones]
    else:
        held = [(one, InTheWay(own[one.done.item.id])) for one in passed.ones if own[one.done.item.id]]
    for one, its in held:
        alone = passed.kept if len(passed.ones) == 1 else None
        proof = alone or job.trade.keep("", [one], passed.merged)
        turns.append(setback.keep(house, one.done, proof.evidence, its))
    waiting = [one.done for one, _ in held]
    return [done for done in passed.group if done not in waiting]
