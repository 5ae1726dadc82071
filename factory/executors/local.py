"""Carries out orders on this machine: a room, the worker in it, the harvest, the work commit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from factory import workers
from factory.cards.card import WorkItem
from factory.errors import FactoryError, Mistake, is_machines
from factory.executors import Means, Order, Outcome
from factory.git.repo import Repo
from factory.kinds import BUILT_IN
from factory.model import Ended, Plan
from factory.money.wallet import AttemptTooDear, OverBudget
from factory.plain import many
from factory.proposals import kickoff
from factory.records import attempts, redact
from factory.records.attempts import Steps
from factory.records.card_plans import card_of
from factory.records.plans import RESERVED
from factory.records.view import RULES
from factory.rooms import change
from factory.rooms.change import Change, HeldBack, Visible
from factory.rooms.removal import remove
from factory.rooms.rooms import Rooms
from factory.sandbox.process import ENDING, Either, Finished
from factory.sandbox.sandbox import Job, JobLimits, Sandbox, Toolchains
from factory.ssot import encoding
from factory.ssot.settings import Settings, Worker
from factory.tree import Entry, Tree

SUMMARY = 72  # characters of a worker's summary that go into a subject
Do = Callable[[workers.Task], workers.Work]


class Unfit(Exception):
    """What a worker met does not come from its ticket: its key, its model, its program."""

    def __init__(self, worker: str, error: FactoryError) -> None:
        self.worker, self.error = worker, error
        super().__init__(str(error))


@dataclass(frozen=True)
class Local:
    """An executor, and all that it works with."""

    repo: Repo
    settings: Settings
    rooms: Rooms
    aside: HeldBack
    sandbox: Sandbox
    limits: JobLimits
    python: Path
    tools: Toolchains
    environ: Mapping[str, str]  # what a worker's settings may pass on
    secrets: tuple[str, ...]  # values that must never get into git
    scratch: Path
    cache: Path  # what can be made or bought again
    concerns_all: Callable[[Exception], bool] = is_machines  # what ends more than this order

    def carry_out(self, order: Order, means: Means) -> Outcome:
        """What broke the harvest is told beside the work, which was paid for."""
        store = self.repo.store
        plan = Plan.model_validate(attempts.from_json(store.file(order.plan, f"{order.folder}/plan.json") or b""))
        seen = Visible(store, store.commit(order.plan).parents[0], order.hidden)
        done: workers.Work | None = None
        made, broke = Change({}, ()), None
        try:
            with (
                self.rooms.open(seen.oid, hidden=seen.hidden, repository=self.worker_of(plan).repository) as room,
                self.outbox() as out,
            ):
                done = self._fit(order, plan, self._task(plan, room.path, out, seen, means))
                made = change.harvest(store, self.aside, room, seen, self.secrets)
        except Exception as error:
            if done is None or self.concerns_all(error):
                raise
            broke = error
        return self._kept(order, plan, done, made, broke)

    def _task(self, plan: Plan, room: Path, out: Path, seen: Visible, means: Means) -> workers.Task:
        return workers.Task(
            plan=plan,
            room=room,
            out=out,
            settings=self.worker_of(plan),
            rules=_rules(seen),
            files=seen,
            launch=self.launcher(plan, room, means),
            wallet=means.wallet,
            stop=means.stop,
            answers=self.cache / "answers",
            about=lambda: kickoff.about(self.cache / "kickoff", seen),
            share=means.share,
            fellows=means.fellows,
        )

    def _fit(self, order: Order, plan: Plan, task: workers.Task) -> workers.Work:
        """What the worker does. Unfit where its set-up does not let it."""
        card = None if order.folder == RESERVED else card_of(plan)
        do = (of_card(self.settings, card) if card else None) or workers.load(task.settings.kind).work
        try:
            return guarded(do, task)
        except FactoryError as error:
            if self.concerns_all(error) or isinstance(error, OverBudget):
                raise
            raise Unfit(plan.worker, error) from error

    def _kept(self, order: Order, plan: Plan, work: workers.Work, made: Change, broke: Exception | None) -> Outcome:
        """With its work commit; of a change that cannot be kept, one without it, and the reason stays with it."""
        try:
            return Outcome(self._commits(order, plan, work, made.files), work, made, broke)
        except Exception as error:
            if self.concerns_all(error):
                raise
            bare = bare_work(work)
            return Outcome(self._commits(order, plan, bare, {}), bare, Change({}, ()), error)

    def _commits(
        self, order: Order, plan: Plan, work: workers.Work, files: Mapping[str, Entry | None]
    ) -> attempts.Commits:
        if order.folder == RESERVED:
            said = summary(work, self.secrets) or "no summary"
            return Steps(self.repo, attempts.of_ticket(plan), order.at).work(order.plan, files, said)
        number = f"{plan.ticket_id}#{plan.attempt}"
        steps = Steps(self.repo, attempts.of_cards(number, number), order.at)
        return steps.work(order.plan, files, many(len(files), "file"))

    # --- what a worker is launched with

    def worker_of(self, plan: Plan) -> Worker:
        """The plan's worker, with the model that the plan names: its risk's, or an audit's. One that the settings do
        not name is built in."""
        worker = self.settings.workers.get(plan.worker) or Worker(kind=BUILT_IN, network="none")
        return worker.model_copy(update={"model": plan.model_budget}) if plan.model_budget else worker

    def launcher(self, plan: Plan, room: Path, means: Means) -> workers.Launch:
        """Runs a worker's command in the sandbox with the plan's limits."""
        worker, box = self.worker_of(plan), self.settings.sandbox

        def launch(program: workers.Program) -> Finished:
            stops = (means.stop, program.end, ENDING)
            job = Job(
                argv=(),
                room=room,
                timeout=plan.timeout_minutes * 60,
                files=program.files,
                write=program.write,
                read=(*map(Path, box.read), *program.read),
                network=_network(box.network, worker),
                limits=self.limits,
                stop=Either(*filter(None, stops)),
                python=program.python or self.python,
                socket=program.socket,
                tools=self.tools,
                hear=means.hear,
            )

            def told(word: str | Path) -> str:
                return self.sandbox.inside(job, word) if isinstance(word, Path) else word

            passed = {name: value for name, value in self.environ.items() if name in worker.env}
            told_env = {name: told(value) for name, value in program.env.items()}
            return self.sandbox.run(replace(job, argv=tuple(map(told, program.argv)), env={**passed, **told_env}))

        return launch

    @contextmanager
    def outbox(self) -> Iterator[Path]:
        """A folder for the plan and the report. The worker writes in it: it is removed whatever it holds, of any
        depth."""
        out = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            yield out
        finally:
            remove(out)


def guarded(do: Do, task: workers.Task) -> workers.Work:
    """A worker's own code may break in any way; that is a failed attempt, not a broken factory."""
    try:
        return do(task)
    except AttemptTooDear as error:
        return workers.Work(Ended.FAILED, stderr=f"{error}\n".encode("utf-8", "replace"), exit_code=1)
    except FactoryError:
        raise
    except Exception as error:
        if is_machines(error):
            raise
        said = f"{type(error).__name__}: {error}\n".encode("utf-8", "replace")
        return workers.Work(Ended.FAILED, stderr=said, exit_code=70)


def of_card(settings: Settings, card: WorkItem) -> Do | None:
    """A model that is asked for records, where the worker is one; any other worker gets the card as a ticket."""
    worker = settings.workers.get(card.input.worker)
    if worker is None or worker.kind != "gemini" or card.type not in ("TAG", "STRIKE"):
        return None
    from factory.workers import gemini

    return lambda task: gemini.work_card(task, card)


def summary(work: workers.Work, secrets: tuple[str, ...]) -> str:
    """The worker's words in one line that can carry no trailer, no escape code and no key."""
    return redact.one_line(redact.redact(work.report.summary, secrets), SUMMARY)


def bare_work(work: workers.Work) -> workers.Work:
    """How it ended and what it cost, and not a word of it."""
    return workers.Work(work.ended, work.report.model_copy(update={"summary": "", "model": ""}))


def _rules(files: Tree) -> str:
    try:
        return encoding.read(content := files.read(RULES), RULES).plain
    except KeyError:
        return ""
    except Mistake:  # main got them under the run, which looked when it began
        return content.decode("utf-8", "replace")


def _network(box: str, worker: Worker) -> Literal["none", "full"]:
    """All of it only where the settings say so; a model's endpoint is reached through a socket, not a network."""
    return "full" if (worker.network or box) == "full" else "none"
