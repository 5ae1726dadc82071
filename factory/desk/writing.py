"""Commands that change the repository: the run itself, and what a person would write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from factory.desk import commands
from factory.desk.caller import Caller
from factory.desk.commands import Command
from factory.errors import Exit, Interrupted, Mistake
from factory.line.answer import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from factory.line.house import House
    from factory.line.shift import ShiftEnd
    from factory.notices.notice import Urgency

NOTHING = "there was nothing to do: no ticket that can be worked on is IN_PROGRESS in D_ROADMAP.md on main"
LOOK = "`factory status` shows what stands where, `git log --first-parent` the proof"


def init(caller: Caller, asked: commands.Init) -> Answer:
    from factory.operator.init import init as lay_out

    return Answer(text="\n".join(lay_out(caller.path, caller.environ, key=asked.key, windows=asked.windows)))


def run(caller: Caller, asked: commands.Run) -> Answer:
    from factory.line.until import must_be_a_time
    from factory.plain import many

    if asked.until:
        must_be_a_time(asked.until)
    if asked.forever and (asked.once or asked.tickets is not None):
        raise Mistake("a run with --forever does not end at a count", remedy="leave out --forever, --tickets or --once")
    ended = _shifts(caller, asked)
    more = "".join(f", {many(count, trade)}" for trade, count in ended.others.items() if count)
    told = f"{ended.stamped} stamped{more}, {many(ended.failed, 'attempt')} failed"
    told += f"; {ended.reason}" if ended.reason else ""
    worked = ended.stamped or ended.failed or more or ended.dealt or ended.reason
    return Answer(text=f"{told}\n{LOOK if worked else NOTHING}", exit=ended.exit)


def _shifts(caller: Caller, asked: commands.Run) -> ShiftEnd:
    """One shift, or with --forever shift after shift."""
    from factory.line import shift
    from factory.line.forever import Forever
    from factory.line.opening import furnished, hold
    from factory.line.until import Until
    from factory.records.view import find_main

    word = Interrupted("interrupted; `factory run` goes on")
    with hold(caller.path, caller.environ, fresh=asked.fresh) as repo:
        zone = ZoneInfo(find_main(repo)[0].factory.timezone)
        until = Until(asked.until, zone, time.time()) if asked.until else None
        tools = partial(furnished, repo, caller.environ, say=caller.tell, working=True, until=until)
        if asked.forever:
            forever = Forever(tools, partial(_tell_alerts, caller))
            with caller.ear(partial(forever.end, word)):
                return forever.run()
        with tools() as house, caller.ear(lambda now: house.signals.end(word, now=now)):
            ended = shift.run(house, tickets=asked.tickets, once=asked.once)
            _tell_alerts(caller, house, ended)
            return ended


def _tell_alerts(caller: Caller, house: House, ended: ShiftEnd) -> None:
    from factory.line import telling

    if ended.dealt:
        telling.alerts(house, partial(_fires, caller.path, house.clock.now(), house.settings.factory.language))


def _fires(path: Path, now: float, language: str) -> Iterator[tuple[str, str, Urgency]]:
    """What is beyond a threshold of `[kpi]`, and every alert of `factory alerts`."""
    from factory.desk.kpi import kpis
    from factory.desk.metrics import judged

    for line in kpis(path, now)[1]:
        name = line.split(" ", 1)[0]
        yield name, line, "P1" if name in ("success_rate", "stale_leases") else "P2"
    for one in judged(path, now).fired:
        told = one.rule.korean if language == "ko" else one.rule.english
        yield one.rule.name, told, "P0" if one.rule.priority == "page" else "P2"


def submit(caller: Caller, asked: commands.Submit) -> Answer:
    from factory.line.opening import open_house
    from factory.operator.submit import hand_in

    with open_house(caller.path, caller.environ, say=caller.tell) as house:
        turn = hand_in(house, asked.ticket, asked.branch)
    return Answer() if turn.stamp else Answer(text=f"not stamped: {turn.why}", exit=Exit.FAIL)


def add(caller: Caller, asked: commands.Add) -> Answer:
    from factory.gate.prospect import of_checkout
    from factory.operator.tables_by_hand import add_by_hand

    added = add_by_hand(caller.path, asked.sentence, asked.check)
    more = "" if asked.check else f", give {added.criterion} a check"
    rest = f"fill its section in D_ROADMAP.md{more}, then set it IN_PROGRESS and commit"
    lines = [f"{added.ticket} is PLANNED, with {added.criterion}", of_checkout(asked.check), rest]
    return Answer(text="\n".join(filter(None, lines)))


def take_over(caller: Caller, asked: commands.Import) -> Answer:
    from factory.operator.tables_by_hand import import_queue
    from factory.operator.takeover import report_text

    return Answer(text=report_text(import_queue(caller.path, asked.queue)).rstrip("\n"))


def plan(caller: Caller, asked: commands.PlanCompile | commands.PlanPack) -> Answer:
    from factory.operator.cards_by_hand import compile_plans, pack_trucks

    do = compile_plans if isinstance(asked, commands.PlanCompile) else pack_trucks
    return Answer(text="\n".join(do(caller.path, asked.day)))


def note(caller: Caller, asked: commands.NoteEdit) -> Answer:
    from factory.line.learning import write_note
    from factory.line.opening import open_house

    with open_house(caller.path, caller.environ) as house:
        return Answer(text=write_note(house, asked.fingerprint, asked.note))


DOES: Mapping[type[Command], Callable[[Caller, Any], Answer]] = {
    commands.Init: init,
    commands.Run: run,
    commands.Submit: submit,
    commands.Add: add,
    commands.Import: take_over,
    commands.PlanCompile: plan,
    commands.PlanPack: plan,
    commands.NoteEdit: note,
}
