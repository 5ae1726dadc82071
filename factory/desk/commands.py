"""The one list of what may be asked of the factory. The command line, the inbox and every other face are made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from factory.cards.example import HELP
from factory.line.steering import STEERING, Argument, Command, parse

__all__ = ["COMMANDS", "GROUPS", "Command", "command"]

Fresh = Annotated[bool, Argument("run all of it now, whatever is remembered")]
Tree = Annotated[str | None, Argument("what this commit or branch brings; default: the working tree")]
PlanDay = Annotated[str | None, Argument("YYYYMMDD; default: every day that waits for it")]


class Read(Command, document=True):
    """Changes nothing."""


class Write(Command, effect="write"):
    """Changes the repository."""


# --- work ------------------------------------------------------------------------------------------------


class Init(Write, name="init", main=False):
    """Put the factory's files into a repository. Overwrites nothing."""

    key: Annotated[bool, Argument("make a key that signs the stamps")] = True
    windows: Annotated[bool, Argument("also a start by double click, for Windows with WSL")] = False


class Run(Write, name="run"):
    """Work until nothing is released, or something says stop. A cap ends it too. It resumes what was left."""

    tickets: Annotated[int | None, Argument("stop after this many tickets", least=1)] = None
    once: Annotated[bool, Argument("one attempt at one ticket")] = False
    fresh: Annotated[bool, Argument("forget what the gate remembers, and [gate] setup")] = False
    until: Annotated[str, Argument("HH:MM in the factory's zone, or a date-time: then nothing new begins")] = ""
    forever: Annotated[bool, Argument("do not end when nothing is left: wait for new work, or a new day")] = False


class Submit(Write, name="submit"):
    """Gate and stamp a change that exists already. A person or another agent made it, on a branch."""

    ticket: Annotated[str, Argument("the ticket that the change is for")]
    branch: Annotated[str, Argument("the branch that holds the change")] = "HEAD"


class Add(Write, name="add", main=False):
    """A ticket from one sentence, PLANNED. It stands at once in the tables of the working tree."""

    sentence: Annotated[str, Argument("what is to be done, in one sentence")]
    check: Annotated[str, Argument("the shell command that is red now and green when it is done")] = ""


class Import(Write, name="import", main=False):
    """Take an old queue's table into roadmap and ledger. What is there already stays as it is."""

    queue: Annotated[Path, Argument("the file that holds the old queue's table")]


class PlanCompile(Write, name="plan compile", main=False):
    """Day plan to cards, in the working tree. They lie in ssot/backlog/backlog_YYYYMMDD.jsonl."""

    day: PlanDay = None


class PlanPack(Write, name="plan pack", main=False):
    """The next truck, in the working tree. It is two packets of at most 120 cards below ssot/packets/."""

    day: PlanDay = None


class NoteEdit(Write, name="kb edit", main=False):
    """Write a note on a lesson. The next attempt that fails the same way is told it."""

    fingerprint: Annotated[str, Argument("how the lesson's fingerprint begins")]
    note: Annotated[str, Argument("what the next attempt is to know")]


# --- look ------------------------------------------------------------------------------------------------


class Status(Read, name="status"):
    """What stands where, from git alone."""


class DayReport(Read, name="report", document=False):
    """The day's report, in English and Korean. What was done, what failed and why, what it cost, what is next."""

    date: Annotated[str | None, Argument("YYYY-MM-DD; default: today in the factory's zone")] = None


class Kpi(Read, name="kpi"):
    """Success rate, time to a stamp, retries, stale leases. Thresholds stand under [kpi] in the settings."""

    fail_on_alert: Annotated[bool, Argument("exit 1 where a threshold is passed")] = False


class Metrics(Read, name="metrics", document=False):
    """Every number, as Prometheus reads it. All of it counted from git; on the screen, or as a file."""

    textfile: Annotated[Path | None, Argument("write this file, for the node exporter's text file collector")] = None


class Alerts(Read, name="alerts"):
    """Judge every alert now, without Prometheus. Exit 1 where one fires whose priority is page."""

    rules: Annotated[bool, Argument("judge nothing: print them as a file of rules for Prometheus")] = False


class Log(Read, name="log"):
    """The audit trail: every event, newest first. Of one ticket, with what each attempt did, and why it failed."""

    item: Annotated[str | None, Argument("only this ticket's events", "TICKET")] = None
    limit: Annotated[int, Argument("the newest events to show; 0: all")] = 50


class Traces(Read, name="traces"):
    """Attempts as traces, made from git. Plan, worker, gate, stamp and calls to models, with their times; of one
    ticket, or the newest of all. `--otlp` sends them to a collector."""

    item: Annotated[str | None, Argument("only this ticket's attempts", "TICKET")] = None
    otlp: Annotated[str | None, Argument("send them to the collector at this URL, as in http://127.0.0.1:4318")] = None
    limit: Annotated[int, Argument("the newest attempts; 0: all", least=0)] = 50


class Dry(Read, name="dry"):
    """What `run` would do; nothing is changed. Which ticket, which worker, which scope, which cost cap.

    The checks of what may start now are run on main, and what no work could pass is named."""


class Workers(Read, name="workers"):
    """Which workers are installed and have a key. Says what a small call would cost, and spends only with --ping."""

    ping: Annotated[bool, Argument("make one small paid call for each worker")] = False


class Ping(Read, name="ping"):
    """Try out what a night relies on. The exit code is 4 where it does not work. It sends a message, or makes a stamp
    in a scratch repository and a small paid call to each worker with a model: for cron."""

    notify: Annotated[bool, Argument("send a test message to every receiver of [notify]")] = False
    synthetic: Annotated[bool, Argument("make a stamp and verify it, and ask each model what 17 + 25 is")] = False


class Scan(Read, name="scan"):
    """What this repository is made of. It is the kickoff pack that workers are shown."""


class Schedule(Read, name="schedule"):
    """Print what starts a run each night. For cron, systemd and Windows; it installs nothing."""

    at: Annotated[str, Argument("when it is to begin, HH:MM in the factory's zone")] = "23:30"
    until: Annotated[str, Argument("when it is to end, HH:MM in the factory's zone; empty: when all is done")] = "07:00"
    forever: Annotated[bool, Argument("until then, wait for new work where none is left")] = False
    kind: Annotated[str, Argument("cron, systemd, windows or all")] = "all"


class CheckConsistency(Read, name="check-consistency"):
    """Name what tables, cards, stamps and ledger disagree on."""


class KbList(Read, name="kb list"):
    """Every lesson, the most seen first."""


class KbSearch(Read, name="kb search"):
    """Lessons by words, best first."""

    words: Annotated[str, Argument("what is looked for")]


class KbShow(Read, name="kb show", document=False):
    """One lesson, whole. The beginning of its fingerprint is enough."""

    fingerprint: Annotated[str, Argument("how the lesson's fingerprint begins")]


# --- judge -----------------------------------------------------------------------------------------------


class EvidenceCheck(Read, name="evidence_check"):
    """The same as `verify`. Every stamp's evidence, from git alone."""


class Verify(Read, name="verify"):
    """Check every stamp on main, from git alone. Shape, hashes, tree, rows, signature."""

    rerun: Annotated[bool, Argument("run the gate of every stamp again")] = False


class Audit(Write, name="audit", document=True):
    """The auditor's opinion on a ticket's last attempt. Stamped or failed, it is read again."""

    item: Annotated[str, Argument("the ticket's id, as in D_ROADMAP.md", "TICKET")]


class Tier(Read):
    """A part of the gate, on a tree."""

    tree: Tree = None
    fresh: Fresh = False


class RunGate(Tier, name="gate"):
    """Guards, doctor, fast and regression, on a tree. The working tree, where --tree names none."""

    work: Annotated[str | None, Argument("an attempt's work commit: its gate, once more")] = None
    base: Annotated[str, Argument("with --work: main as it was then")] = "HEAD"


class Doctor(Tier, name="doctor"):
    """The gate's first tier: can anything run at all?"""


class Fast(Tier, name="fast"):
    """The gate's second tier: the quick tests."""


class Regression(Tier, name="regression"):
    """The gate's third tier: every test."""


class RunGuards(Read, name="guard"):
    """Run the guards on the working tree. On what is staged for a commit, where you say so."""

    guard: Annotated[str | None, Argument("one guard; default: all of them", "NAME")] = None
    staged: Annotated[bool, Argument("what is about to be committed: a hook asks so")] = False
    explain: Annotated[str | None, Argument("judge nothing: say what a rule forbids, or which rules a guard has")] = (
        None
    )


class DocOps(Read, name="docops"):
    """The docops guard: forbidden tokens in documents."""


WORK = (Init, Run, Submit, Add, Import, PlanCompile, PlanPack, NoteEdit)
LOOK = (
    *(Status, DayReport, Kpi, Metrics, Alerts, Log, Traces, Dry, Workers, Ping),
    *(Scan, Schedule, CheckConsistency, KbList, KbSearch, KbShow),
)
JUDGE = (EvidenceCheck, Verify, Audit, RunGate, Doctor, Fast, Regression, RunGuards, DocOps)
COMMANDS: tuple[type[Command], ...] = (*WORK, *STEERING, *LOOK, *JUDGE)


GROUPS = {  # the first word of some commands -> its help, whole and in short
    "kb": ("What was learnt from errors. There is a lesson for each kind of failure.", "What was learnt from errors."),
    "plan": (HELP, "Day plans to cards, and cards to trucks."),
}


def command(name: str, **arguments: object) -> Command:
    """A command as it comes from another program. Mistake where there is none of that name, or it takes others."""
    return parse(COMMANDS, name, arguments)
