"""How any worker is launched: in the sandbox, with the plan's limits and an attempt's wallet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from factory import workers
from factory.errors import MACHINE, FactoryError, Mistake
from factory.line import kickoff
from factory.line.house import House
from factory.model import Ended, Plan
from factory.money.outlets import has_outlet
from factory.money.wallet import AttemptTooDear, LedgerWallet
from factory.proposals.shares import Share
from factory.records.view import RULES
from factory.rooms.change import Visible
from factory.sandbox.process import ENDING, Either, Finished
from factory.sandbox.sandbox import Job
from factory.ssot import encoding
from factory.ssot.settings import Worker
from factory.tree import Tree

Do = Callable[[workers.Task], workers.Work]


class Shared(NamedTuple):
    """What an attempt has of a call for several tickets: its share, or the plans of those it may ask together with."""

    share: Share | None = None
    fellows: tuple[Plan, ...] = ()


ALONE = Shared()


def work(
    house: House, plan: Plan, room: Path, out: Path, seen: Visible, do: Do | None = None, *, shared: Shared = ALONE
) -> workers.Work:  # fmt: skip
    """Let the plan's worker work in a room that holds what it may see; `out` is a private folder beside the room.

    `do`: what it does, where that is not the work of a ticket."""
    settings = settings_of(house, plan)
    task = workers.Task(
        plan=plan, room=room, out=out, settings=settings, rules=_rules(seen), files=seen,
        launch=launcher(house, plan, room), wallet=wallet_of(house, plan, shared.share), stop=halt_of(house, plan),
        answers=house.cache / "answers", about=lambda: kickoff.about(house.cache / "kickoff", seen), share=shared.share,
        fellows=tuple(workers.Fellow(fellow, wallet_of(house, fellow)) for fellow in shared.fellows),
    )  # fmt: skip
    return guarded(do or workers.load(settings.kind).work, task)


def guarded(do: Do, task: workers.Task) -> workers.Work:
    """A worker's own code may break in any way; that is a failed attempt, not a broken factory."""
    try:
        return do(task)
    except AttemptTooDear as error:
        return workers.Work(Ended.FAILED, stderr=f"{error}\n".encode("utf-8", "replace"), exit_code=1)
    except FactoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in MACHINE:
            raise
        said = f"{type(error).__name__}: {error}\n".encode("utf-8", "replace")
        return workers.Work(Ended.FAILED, stderr=said, exit_code=70)


def _rules(files: Tree) -> str:
    try:
        return encoding.read(content := files.read(RULES), RULES).plain
    except KeyError:
        return ""
    except Mistake:  # main got them under the run, which looked when it began
        return content.decode("utf-8", "replace")


def settings_of(house: House, plan: Plan) -> Worker:
    """The plan's worker, with the model that the plan names: its risk's, or an audit's."""
    settings = house.settings.workers[plan.worker]
    return settings.model_copy(update={"model": plan.model_budget}) if plan.model_budget else settings


def halt_of(house: House, plan: Plan) -> threading.Event:
    """What ends the plan's work: its attempt's own halt; where none runs (an audit by hand), the run's."""
    return house.halts.get(plan.ticket_id, house.stop)


def wallet_of(house: House, plan: Plan, share: Share | None = None) -> LedgerWallet:
    """The wallet of one attempt. `share`: what its ticket has paid already, which counts against the attempt's cap."""
    stop = halt_of(house, plan)
    return LedgerWallet(
        house.ledger, house.settings, plan, house.clock.now, lambda text: house.say(plan.ticket_id, text, "warning"),
        used=share.usd if share else 0.0, pace=lambda: house.spacing.wait(stop),
        shut=not has_outlet(house.settings, plan.worker),
    )  # fmt: skip


def launcher(house: House, plan: Plan, room: Path) -> workers.Launch:
    """Runs a worker's command in the sandbox with the plan's limits."""
    settings = settings_of(house, plan)

    def launch(program: workers.Program) -> Finished:
        stops = (halt_of(house, plan), program.end, ENDING)
        job = Job(
            argv=(), room=room, timeout=plan.timeout_minutes * 60, files=program.files, write=program.write,
            read=(*map(Path, house.settings.sandbox.read), *program.read), network=_network(house, settings),
            limits=house.gate.limits, stop=Either(*filter(None, stops)), python=house.gate.python,
            socket=program.socket, tools=house.gate.tools,
        )  # fmt: skip

        def told(word: str | Path) -> str:
            return house.sandbox.inside(job, word) if isinstance(word, Path) else word

        passed = {name: value for name, value in house.environ.items() if name in settings.env}
        told_env = {name: told(value) for name, value in program.env.items()}
        return house.sandbox.run(replace(job, argv=tuple(map(told, program.argv)), env={**passed, **told_env}))

    return launch


def _network(house: House, settings: Worker) -> Literal["none", "full"]:
    """All of it only where the settings say so; a model's endpoint is reached through a socket, not a network."""
    return "full" if (settings.network or house.settings.sandbox.network) == "full" else "none"
