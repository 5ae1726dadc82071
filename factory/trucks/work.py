"""One card's attempt: a room, its worker in the sandbox, the harvest, and what the card itself asks of its output."""

from __future__ import annotations

import io
import os
import shlex
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import factory
from factory.cards.accept import accept
from factory.cards.backlog import write_backlog
from factory.cards.card import WorkItem
from factory.errors import Exit
from factory.gate.conditions import STILL
from factory.line import labour, trouble
from factory.line.house import House
from factory.model import Ended, Finding, Oid, Plan, Triage
from factory.records.plans import protected
from factory.rooms import change
from factory.rooms.change import Change, Visible
from factory.sandbox.process import Finished
from factory.sandbox.sandbox import Job, in_system
from factory.tree import Entry, matches
from factory.trucks.plan import may_touch
from factory.workers import Work

PACKAGE, CARD = "/factory/lib/factory", "/factory/card"


class Made(NamedTuple):
    """What an attempt left, and why it is no good (`failed` empty: its own accept holds)."""

    card: WorkItem
    plan: Plan
    began: float
    seconds: float
    work: Work
    change: Change
    triage: Triage | None
    failed: tuple[str, ...]
    halted: bool = False

    @property
    def files(self) -> Mapping[str, Entry | None]:
        return self.change.files


def await_turn(house: House, card: WorkItem) -> None:
    """From here on an operator can end the card's attempt: more are due than work at once, and some queue."""
    house.halts[card.id] = threading.Event()


def _is_ended(house: House, card: WorkItem) -> bool:
    """Whether the card was cancelled, or the run told to begin nothing more, while the attempt queued."""
    return house.halts[card.id].is_set() or house.stop.is_set() or house.drain.is_set()


def attempt(house: House, card: WorkItem, plan: Plan) -> Made:
    """Runs beside other attempts; lands nothing. `await_turn` came before it."""
    began, work, made = house.clock.now(), Work(Ended.FAILED), Change({}, ())
    if _is_ended(house, card):
        del house.halts[card.id]
        return Made(card, plan, began, 0.0, work, made, None, (), halted=True)
    try:
        work, made = _work(house, card, plan)
        triage, failed = _own_gate(house, card, plan.base, work, made)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        triage, failed = Triage.ENVIRONMENT, trouble.verdict(error).failed
    finally:
        halted = house.halts.pop(card.id).is_set()
    seconds = round(max(0.0, house.clock.now() - began), 3)
    return Made(card, plan, began, seconds, work, made, triage, failed, halted)


def _work(house: House, card: WorkItem, plan: Plan) -> tuple[Work, Change]:
    seen = Visible(house.repo.store, plan.base, ())
    name = card.input.worker
    repository = bool(name) and house.settings.workers[name].repository
    with (
        house.rooms.open(seen.oid, repository=repository) as room,
        tempfile.TemporaryDirectory(prefix=f"{card.id}-", dir=house.scratch) as out,
    ):
        if name:
            work = labour.work(house, plan, room.path, Path(out), seen, _answering(house, card))
        else:
            work = _built_in(house, card, plan, room.path, Path(out))
        return work, change.harvest(house.repo.store, house.aside, room, seen, house.secrets)


def _answering(house: House, card: WorkItem) -> labour.Do | None:
    """A model that is asked for records, where the worker is one; any other worker gets the card as a ticket."""
    settings = house.settings.workers[card.input.worker]
    if settings.kind != "gemini" or card.type not in ("TAG", "STRIKE"):
        return None
    from factory.workers import gemini

    return lambda task: gemini.work_card(task, card)


def _built_in(house: House, card: WorkItem, plan: Plan, room: Path, out: Path) -> Work:
    """The built-in worker as a process of its own: what it reads was written by others, and a parser may crash."""
    folder = out / "card"
    folder.mkdir(mode=0o755)
    (folder / "card.jsonl").write_bytes(write_backlog([card]))
    out.chmod(0o711)  # the sandbox may run it as another user
    package, python = Path(factory.__file__).parent, Path(sys.executable)
    root = (Path(card.input.root),) if card.input.root and not in_system(Path(card.input.root)) else ()
    job = Job(
        argv=(), room=room, timeout=plan.timeout_minutes * 60, files={PACKAGE: package, CARD: folder}, read=root,
        limits=house.gate.limits, stop=house.halts[card.id], python=python,
    )  # fmt: skip
    inside = house.sandbox.inside
    # -P: the room's own files are data, and none of them is imported.
    argv = (str(python), "-P", "-m", "factory.cards", f"{inside(job, folder)}/card.jsonl")
    env = {**STILL, "PYTHONPATH": os.path.dirname(inside(job, package))}
    return ended(house.sandbox.run(_with(job, argv, env)), argv)


def _with(job: Job, argv: tuple[str, ...], env: Mapping[str, str]) -> Job:
    from dataclasses import replace

    return replace(job, argv=argv, env=env)


def ended(done: Finished, argv: tuple[str, ...]) -> Work:
    how = Ended.TIMEOUT if done.timed_out else Ended.DONE if done.code == Exit.OK else Ended.FAILED
    words = shlex.join(("python", *argv[1:]))
    return Work(how, stdout=done.stdout, stderr=done.stderr, exit_code=done.code, history=(words,))


# --- what the card asks ----------------------------------------------------------------------------------


def _own_gate(
    house: House, card: WorkItem, base: Oid, work: Work, made: Change
) -> tuple[Triage | None, tuple[str, ...]]:
    """Why the attempt is no good before anything is merged: the worker's end, the harvest, the scope, the output."""
    if work.ended is Ended.TIMEOUT:
        return Triage.TIMEOUT, ("the worker was ended at its time limit",)
    if work.ended is not Ended.DONE:
        tail = work.stderr.decode("utf-8", "replace").strip().splitlines()[-5:]
        last = f": {tail[-1]}" if tail else ""
        return Triage.WORKER, (f"the worker ended with exit code {work.exit_code}{last}", *tail[:-1])
    if found := (*made.findings, *_out_of_scope(house, card, made)):
        return found[0].triage, tuple(map(str, found))
    content = output_of(house, card, base, made)
    if content is None:
        return Triage.EMPTY, (f"{card.output} was not written",)
    reasons = tuple(accept(card, io.BytesIO(content)))
    return (Triage.SCHEMA, reasons) if reasons else (None, ())


def _out_of_scope(house: House, card: WorkItem, made: Change) -> tuple[Finding, ...]:
    forbidden = protected(house.settings)
    wrong = [path for path in made.files if matches(path, forbidden) or not may_touch(card, path)]
    said = "is not what this card may write"
    return tuple(Finding(guard="scope", path=path, message=said, triage=Triage.SCOPE) for path in sorted(wrong))


def output_of(house: House, card: WorkItem, base: Oid, made: Change) -> bytes | None:
    """The output as the attempt left it; None where there is none, or no plain file."""
    store = house.repo.store
    entry = made.files[card.output] if card.output in made.files else store.entry(store.tree_of(base), card.output)
    return store.read(entry.oid, "blob") if entry is not None and entry.mode.startswith("100") else None
