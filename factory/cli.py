"""The commands: parse, call, print, exit. The only file that prints."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from factory.cards.example import HELP
from factory.errors import Exit, FactoryError, of_machine

if TYPE_CHECKING:
    from factory.line.house import House
    from factory.line.knowledge import Card
    from factory.reports.watch import Page

app = typer.Typer(
    name="factory",
    help="A Git-native software factory: tickets in, proven merge commits out. Start with `factory init`, "
    "then `factory run`; in the morning `factory status` and `git log --first-parent`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RepoDir = Annotated[Path, typer.Option("--repo", help="the repository to work on", show_default="the one around here")]
LOG_TAIL = 12  # lines of a put-off worker's output
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document and nothing else")]


def _say(text: str = "") -> None:
    """Text on stdout, whoever wrote it: no terminal obeys anything in it."""
    from factory.plain import printable

    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()


def _print_json(value: Any, *, large: bool = False) -> None:
    from factory.plain import json_text

    sys.stdout.write(json_text(value, indent=None if large else 1) + "\n")
    sys.stdout.flush()


def _progress(ticket: str, text: str) -> None:
    from factory.plain import one_line

    _say(f"{time.strftime('%H:%M:%S')} {ticket or 'factory':<12} {one_line(text, 160)}")


def _quiet(_ticket: str, _text: str) -> None:
    """Progress has no place beside a JSON document."""


def _end(code: int) -> None:
    raise typer.Exit(int(code))


@contextmanager
def _interrupts(house: House) -> Iterator[None]:
    """Ctrl-C once: finish what runs; twice: stop now. A polite kill is the second."""

    from factory.errors import Interrupted

    asked = 0

    def end(now: bool) -> None:
        _say("stopping now" if now else "finishing what runs; Ctrl-C again stops now")
        house.end(Interrupted("interrupted; `factory run` goes on"), now=now)

    def once(number: int, _frame: object) -> None:
        # Not here: the thread that is interrupted may hold the very locks that printing and events need.
        nonlocal asked
        asked += 1
        threading.Thread(target=end, args=(asked > 1 or number == signal.SIGTERM,)).start()

    before = {number: signal.signal(number, once) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- working ---------------------------------------------------------------------------------------------


@app.command()
def init(
    repo: RepoDir = Path("."), key: Annotated[bool, typer.Option(help="make a key that signs the stamps")] = True
) -> None:
    """Put the factory's files into a repository. Overwrites nothing."""
    from factory.operator.init import init as lay_out

    for line in lay_out(repo, os.environ, key=key):
        _say(line)


@app.command()
def run(
    repo: RepoDir = Path("."),
    tickets: Annotated[int | None, typer.Option(help="stop after this many tickets", min=1)] = None,
    once: Annotated[bool, typer.Option("--once", help="one attempt at one ticket")] = False,
) -> None:
    """Work until nothing is released, a cap is reached or something says stop. Resumes what an earlier run left."""
    from factory.line import shift
    from factory.line.opening import open_house
    from factory.reports import screen

    with (
        screen.board(sys.stdout, _progress) as show,
        open_house(repo, dict(os.environ), say=show, working=True) as house,
        _interrupts(house),
    ):
        ended = shift.run(house, tickets=tickets, once=once)
    more = f", {ended.cards} cards" if ended.cards else ""
    told = f"{ended.stamped} stamped{more}, {ended.failed} attempts failed"
    _say(told + (f"; {ended.reason}" if ended.reason else ""))
    if not (ended.stamped or ended.failed or ended.cards or ended.reason):
        _say("there was nothing to do: no ticket that can be worked on is IN_PROGRESS in D_ROADMAP.md on main")
    else:
        _say("`factory status` shows what stands where, `git log --first-parent` the proof")
    _end(ended.exit)


@app.command()
def dry(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The same decisions, and nothing changed: which ticket, which worker, which scope, which cost cap."""
    from factory.git.repo import Repo
    from factory.operator.dry import as_text, decisions

    with Repo(repo) as opened:
        found = decisions(opened, time.time())
    if as_json:
        _print_json(found)
    else:
        _say(as_text(found))


@app.command()
def submit(
    ticket: Annotated[str, typer.Argument(help="the ticket that the change is for")],
    branch: Annotated[str, typer.Option(help="the branch that holds the change")] = "HEAD",
    repo: RepoDir = Path("."),
) -> None:
    """Gate and stamp a change that a person or another agent made."""
    from factory.line.opening import open_house
    from factory.operator.submit import hand_in

    with open_house(repo, dict(os.environ), say=_progress) as house:
        turn = hand_in(house, ticket, branch)
    if turn.stamp is None:
        _say(f"not stamped: {turn.why}")
        _end(Exit.FAIL)


def _command(repo: Path, command: str, ticket: str = "") -> None:
    """Give an operator's command to the running controller, or, where none runs, carry it out here."""
    from factory.errors import Busy
    from factory.git.places import private_dir
    from factory.git.repo import Repo
    from factory.line.opening import open_house
    from factory.operator import inbox, operator

    said = None
    while said is None:
        try:
            with open_house(repo, dict(os.environ), say=_progress) as house:
                _say(operator.obey(house, command, ticket))
            return
        except Busy as busy:
            with Repo(repo) as opened:
                private = private_dir(opened)
            asked = inbox.hand_over(private, command, ticket)
            _say(f"{busy.who} carries it out")
        said = inbox.wait_for(private, asked)  # None: it ended first, and the command is ours again
    _say(said)
    _end(Exit.MISTAKE if said.startswith(inbox.REFUSED) else Exit.OK)


TicketId = Annotated[str, typer.Argument(help="the ticket's id, as in D_ROADMAP.md")]


@app.command()
def stop(
    repo: RepoDir = Path("."), now: Annotated[bool, typer.Option("--now", help="end the running tickets too")] = False
) -> None:
    """Stop the run after its running tickets; without a run, let none start until `resume`."""
    _command(repo, "stop-now" if now else "stop")


@app.command()
def resume(repo: RepoDir = Path(".")) -> None:
    """Let runs start again after a `stop`."""
    _command(repo, "resume")


@app.command()
def cancel(ticket: TicketId, repo: RepoDir = Path(".")) -> None:
    """Take a ticket off the line: BLOCKED, and ended where it runs."""
    _command(repo, "cancel", ticket)


@app.command()
def retry(ticket: TicketId, repo: RepoDir = Path(".")) -> None:
    """Release a blocked ticket anew; its attempts count from here."""
    _command(repo, "retry", ticket)


@app.command()
def replan(ticket: TicketId, repo: RepoDir = Path(".")) -> None:
    """Make a waiting ticket's next plan from nothing: what failed before is not told."""
    _command(repo, "replan", ticket)


@app.command()
def rewind(
    ticket: TicketId,
    repo: RepoDir = Path("."),
    dependents: Annotated[bool, typer.Option("--with-dependents", help="later stamps that build on it too")] = False,
) -> None:
    """Take a stamp back: a revert commit on main, its rows open again, an event in the ledger."""
    _command(repo, "rewind-all" if dependents else "rewind", ticket)


# --- what a person writes ---------------------------------------------------------------------------------

plan = typer.Typer(name="plan", help=HELP, short_help="Day plans to cards, and cards to trucks.", no_args_is_help=True)
app.add_typer(plan)
DayOption = Annotated[str | None, typer.Option("--day", help="YYYYMMDD; default: every day that waits for it")]


@plan.command("compile", short_help="Day plan to cards, in the working tree.")
def plan_compile(repo: RepoDir = Path("."), day: DayOption = None) -> None:
    """Day plan to cards: ssot/backlog/backlog_YYYYMMDD.jsonl, in the working tree."""
    from factory.trucks.byhand import compile_plans

    for line in compile_plans(repo, day):
        _say(line)


@plan.command("pack", short_help="The next truck: two packets of at most 120 cards.")
def plan_pack(repo: RepoDir = Path("."), day: DayOption = None) -> None:
    """The next truck: two packets of at most 120 cards below ssot/packets/, in the working tree."""
    from factory.trucks.byhand import pack_trucks

    for line in pack_trucks(repo, day):
        _say(line)


@app.command()
def add(
    sentence: Annotated[str, typer.Argument(help="what is to be done, in one sentence")],
    check: Annotated[str, typer.Option(help="the shell command that is red now and green when it is done")] = "",
    repo: RepoDir = Path("."),
) -> None:
    """A ticket from one sentence, PLANNED, at once in the tables of the working tree."""
    from factory.operator.tables_by_hand import add_by_hand

    added = add_by_hand(repo, sentence, check)
    _say(f"{added.ticket} is PLANNED, with {added.criterion}")
    more = "" if check else f", give {added.criterion} a check"
    _say(f"fill its section in D_ROADMAP.md{more}, then set it IN_PROGRESS and commit")


@app.command("import")
def import_(
    queue: Annotated[Path, typer.Argument(help="the file that holds the old queue's table")], repo: RepoDir = Path(".")
) -> None:
    """Take an old queue's table into the roadmap and the ledger; what is there already stays as it is."""
    from factory.operator.tables_by_hand import import_queue
    from factory.operator.takeover import report_text

    _say(report_text(import_queue(repo, queue)).rstrip("\n"))


@app.command("check-consistency")
def check_consistency(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """Every drift between the tables, the cards, the stamps and the ledger, by name."""
    from factory.operator.drift import drifts

    found = drifts(repo)
    if as_json:
        _print_json({"drifts": [drift._asdict() for drift in found]})
    else:
        for drift in found:
            _say(f"{drift.where}: {drift.what}")
        _say(f"{len(found)} drifts" if found else "the tables, the cards, the stamps and the ledger agree")
    _end(Exit.FAIL if found else Exit.OK)


# --- looking ---------------------------------------------------------------------------------------------


@app.command()
def status(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="a live page; Ctrl-C ends it")] = False,
    times: Annotated[int, typer.Option(help="with --watch: look so often, then end; 0: until Ctrl-C", min=0)] = 0,
) -> None:
    """What stands where, from git alone."""
    from factory.git.repo import Repo
    from factory.reports.status import as_text
    from factory.reports.status import status as look

    if watch or times:
        _watch(repo, times)
        return
    with Repo(repo) as opened:
        document = look(opened, time.time())
    if as_json:
        _print_json(document, large=len(document.get("cards", {}).get("cards", ())) > 240)
    else:
        _say(as_text(document))


def _watch(repo: Path, times: int) -> None:
    from factory.git.repo import Repo
    from factory.reports import screen
    from factory.reports.watch import look

    def take() -> Page:
        with Repo(repo) as opened:  # anew each time: what another process wrote is then seen
            return look(opened, time.time(), dict(os.environ))

    screen.watch(take, sys.stdout, times)


@app.command()
def report(
    repo: RepoDir = Path("."),
    date: Annotated[str | None, typer.Option(help="YYYY-MM-DD; default: today in the factory's zone")] = None,
) -> None:
    """The day's report, in English and Korean: what was done, what failed and why, what it cost, what is next."""
    from factory.git.repo import Repo
    from factory.reports.filed import daily_page

    with Repo(repo) as opened:
        _say(daily_page(opened, time.time(), date).rstrip("\n"))


@app.command()
def kpi(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    fail_on_alert: Annotated[bool, typer.Option("--fail-on-alert", help="exit 1 where a threshold is passed")] = False,
) -> None:
    """Success rate, time to a stamp, retries and stale leases; thresholds stand under [kpi] in the settings."""
    from factory.git.repo import Repo
    from factory.reports import kpi as numbers

    with Repo(repo) as opened:
        found, alerts = numbers.kpis(opened, time.time())
    if as_json:
        _print_json(numbers.as_json(found, alerts))
    else:
        _say(numbers.as_text(found, alerts))
    _end(Exit.FAIL if fail_on_alert and alerts else Exit.OK)


@app.command()
def log(
    ticket: Annotated[str | None, typer.Argument(help="only this ticket's events")] = None,
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(help="the newest events to show; 0: all")] = 50,
) -> None:
    """The audit trail: every event of the ledger, newest first. Of one ticket, with what a put-off worker printed."""
    from factory.git.repo import Repo
    from factory.reports.trail import as_line, printed, trail

    with Repo(repo) as opened:
        events = [(event, printed(opened, event) if ticket else "") for event in trail(opened, ticket, limit)]
    if as_json:
        _print_json([event.model_dump(mode="json") | ({"printed": said} if said else {}) for event, said in events])
        return
    for event, said in events:
        _say(as_line(event))
        for line in said.splitlines()[-LOG_TAIL:]:
            _say(f"    | {line}")


@app.command()
def verify(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    rerun: Annotated[bool, typer.Option("--rerun", help="run the gate of every stamp again")] = False,
) -> None:
    """Check every stamp on main from git alone: shape, hashes, tree, rows, signature."""
    from factory.verify.rerun import checked

    found = checked(repo, dict(os.environ), rerun, _quiet if as_json else _progress)
    if as_json:
        bad = [{"stamp": b.stamp, "ticket": b.ticket, "why": b.why} for b in found.bad]
        _print_json({"stamps": found.stamps, "ok": found.ok, "bad": bad})
    else:
        for b in found.bad:
            _say(f"{b.stamp[:12]} {b.ticket}: {b.why}")
        _say(f"{found.stamps} stamps, {found.ok} good, {len(found.bad)} faults")
        if found.unsigned:
            _say(f"{found.unsigned} stamps carry no signature (`factory init` makes a key)")
        if found.unnamed:
            _say(
                f"{found.unnamed} stamps are signed, and main named nobody who may sign: their signatures prove nothing"
            )
        if found.unseen:
            _say(f"{found.unseen} commits lie at a shallow clone's edge and were not checked")
    _end(Exit.FAIL if found.bad else Exit.OK)


@app.command("evidence_check")
def evidence_check(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The same as `verify`: every stamp's evidence, from git alone."""
    verify(repo, as_json, rerun=False)


@app.command()
def workers(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    ping: Annotated[bool, typer.Option("--ping", help="make one small paid call for each worker")] = False,
) -> None:
    """Which kinds of worker are installed and have a key, and what a small call would cost. Spends only with --ping."""
    from factory.operator.roster import as_text, roster

    found = roster(repo, dict(os.environ), spend=ping)
    if as_json:
        _print_json(found)
    else:
        from factory.plain import printable

        _say(printable(as_text(found)))
    _end(Exit.OK if all(one["ready"] for one in found["workers"]) else Exit.COULD_NOT_RUN)


@app.command()
def audit(ticket: TicketId, repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The auditor's opinion on a ticket's last attempt, stamped or failed."""
    from factory.line.lastattempt import opinion
    from factory.line.opening import open_house

    with open_house(repo, dict(os.environ), say=_quiet if as_json else _progress) as house:
        found = opinion(house, ticket)
    if as_json:
        _print_json(found.model_dump(mode="json"))
    else:
        for line in found.lines():
            _say(line)
    _end(Exit.OK if found.verdict.value == "PASS" else Exit.FAIL)


kb = typer.Typer(help="What was learnt from errors: a card for each kind of failure.", no_args_is_help=True)
app.add_typer(kb, name="kb")


def _show_cards(repo: Path, as_json: bool, choose: Callable[[list[Card]], list[Card]]) -> None:
    from factory.line.learning import as_line, read_cards

    found = choose(read_cards(repo))
    if as_json:
        _print_json([card.model_dump(mode="json") for card in found])
        return
    for card in found:
        _say(as_line(card))


@kb.command("list")
def kb_list(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """Every card, the most seen first."""
    _show_cards(repo, as_json, lambda cards: cards)


@kb.command("search")
def kb_search(words: str, repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """Cards by words, best first."""
    from factory.line.knowledge import search

    _show_cards(repo, as_json, lambda cards: search(cards, words))


@kb.command("show")
def kb_show(fingerprint: str, repo: RepoDir = Path(".")) -> None:
    """One card, whole; the beginning of its fingerprint is enough."""
    from factory.line.learning import one_card, read_cards

    _print_json(one_card(read_cards(repo), fingerprint).model_dump(mode="json"))


@kb.command("edit")
def kb_edit(fingerprint: str, note: str, repo: RepoDir = Path(".")) -> None:
    """Write a note on a card; the next attempt that fails the same way is told it."""
    from factory.line.learning import write_note
    from factory.line.opening import open_house

    with open_house(repo, dict(os.environ)) as house:
        _say(write_note(house, fingerprint, note))


@app.command()
def scan(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """What this repository is made of: the kickoff pack that workers are shown."""
    from factory.operator.scan import as_paragraph
    from factory.operator.scan import scan as look_over

    found = look_over(repo)
    if as_json:
        _print_json(found)
    else:
        _say(as_paragraph(found))


# --- judging ---------------------------------------------------------------------------------------------

TreeName = Annotated[str | None, typer.Option("--tree", help="a commit or tree; default: the working tree")]


def _gate(repo: Path, tree: str | None, tiers: tuple[str, ...], as_json: bool) -> None:
    from factory.operator.byhand import gate as judge

    found = judge(repo, dict(os.environ), tree, tiers, _quiet if as_json else _progress)
    if as_json:
        _print_json(found.model_dump(mode="json", exclude={"log"}))
    else:
        _say(found.log.rstrip("\n"))
        for line in found.failed:
            _say(line)
        _say(f"{'gate' if len(tiers) > 1 else tiers[0]}: {found.status.value}")
    _end({"PASS": Exit.OK, "FAIL": Exit.FAIL}.get(found.status.value, Exit.COULD_NOT_RUN))


@app.command()
def gate(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False) -> None:
    """Guards, doctor, fast and regression, on the working tree or on a tree."""
    _gate(repo, tree, ("guards", "doctor", "fast", "regression"), as_json)


@app.command()
def doctor(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False) -> None:
    """The gate's first tier: can anything run at all?"""
    _gate(repo, tree, ("doctor",), as_json)


@app.command()
def fast(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False) -> None:
    """The gate's second tier: the quick tests."""
    _gate(repo, tree, ("fast",), as_json)


@app.command()
def regression(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False) -> None:
    """The gate's third tier: every test."""
    _gate(repo, tree, ("regression",), as_json)


@app.command()
def guard(
    name: Annotated[str | None, typer.Argument(help="one guard; default: all of them")] = None,
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
) -> None:
    """Run the guards on the working tree."""
    from factory.operator.byhand import guard as judge

    found = judge(repo, name)
    if as_json:
        _print_json({guard: [f.model_dump(mode="json") for f in findings] for guard, findings in found.items()})
    else:
        for guard_name, findings in found.items():
            for finding in findings:
                _say(f"flagged: {finding}" if finding.flag else str(finding))
            _say(f"{guard_name}: {'PASS' if all(f.flag for f in findings) else 'FAIL'}")
    _end(Exit.OK if all(f.flag for findings in found.values() for f in findings) else Exit.FAIL)


@app.command()
def docops(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The docops guard: forbidden tokens in documents."""
    guard("docops", repo, as_json)


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="make the demo's repository here and leave it")] = None,
) -> None:
    """Make a small real repository in a temporary folder and run the factory on it."""
    from factory.demo import demo as show

    show(_say, _progress, dict(os.environ), keep)


def main(argv: list[str] | None = None) -> None:
    """The entry point: one place turns exceptions into one line and an exit code."""
    os.umask(0o022)
    gc.set_threshold(100_000)  # else a tenth of a short command goes into looking for rubbish among fresh imports
    atexit.register(gc.freeze)  # and a seventh into a last look, when all of it goes anyway
    try:
        sys.exit(app(argv, standalone_mode=False) or 0)
    except FactoryError as error:
        _fail(str(error), error.exit)
    except typer.Abort:
        _fail("interrupted; `factory run` goes on where it was", Exit.INTERRUPTED)
    except KeyboardInterrupt:
        _fail("interrupted; `factory run` goes on where it was", Exit.INTERRUPTED)
    except Exception as error:
        _unexpected(error)


def _fail(text: str, code: int) -> None:
    from factory.plain import printable

    sys.stderr.write(f"factory: {' '.join(printable(text).split())}\n")
    sys.exit(int(code))


def _unexpected(error: Exception) -> None:
    show = getattr(error, "format_message", None)
    if show is not None:  # typer's own word on a wrong option
        _fail(f"{show()}; see `factory --help`", Exit.MISTAKE)
    if isinstance(error, OSError):
        _fail(str(of_machine(error)), Exit.COULD_NOT_RUN)
    if os.environ.get("FACTORY_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {' '.join(str(error).split())}"
    _fail(f"a fault of the factory itself: {what}; FACTORY_DEBUG=1 shows where", Exit.COULD_NOT_RUN)
