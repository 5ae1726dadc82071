"""Each sentence is true when it is said: the situation, made by the code that meets it, and what the page tells of it."""

from __future__ import annotations

import datetime as dt
import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from factory.egress.keys import find_key
from factory.egress.refusals import UpstreamRefusal
from factory.errors import (
    FactoryError,
    Held,
    Interrupted,
    LimitReached,
    QuotaUsed,
    Stopped,
    StormStop,
    TimeUp,
    Unheard,
    of_machine,
)
from factory.gate.criteria import Passes, Touching
from factory.gate.criteria import judge as judge_criterion
from factory.gate.ground import _must_be_ground, must_have_tiers
from factory.gate.observe import Observation
from factory.gate.tally import Tally
from factory.gate.trial import Ran
from factory.git import checkout
from factory.git.ledger import Ledger
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.line import booking, ending, judging
from factory.line.item import Done, Item
from factory.line.trades import GroupMerge
from factory.line.trades import ticket as ticket_trade
from factory.model import Ended, Event, Fate, Finding, PlanCriterion, State, Ticket, TicketStatus, Triage, Verdict
from factory.money import storm, wallet
from factory.money.budget import Book
from factory.records import halves, signing
from factory.records.halves import Half
from factory.records.record import Record
from factory.records.signing import Signer
from factory.records.state import Standing, View
from factory.records.view import FactoryFile
from factory.reports import report
from factory.reports.daily import STOP, DaySeen, fold
from factory.reports.phrases import ENGLISH, KOREAN
from factory.reports.stops import STOPS
from factory.rooms import generated
from factory.rooms.change import Change
from factory.sandbox.sandbox import Toolchains
from factory.ssot.documents import read_roadmap
from factory.ssot.read_settings import read_settings
from factory.tree import FILE, Entry
from factory.workers import Work
from factory.workers.installed import find
from factory.workers.spending import blame
from tests.workers.making import make_plan

DATE, MAIN = dt.date(2026, 11, 21), "refs/heads/main"


def pages(events: list[Event], found: list[Standing], **stands: str) -> tuple[str, str]:
    day = fold(DATE, "UTC", DaySeen(events, found, [], Book(date=DATE), FactoryFile(**stands), alive=False))  # type: ignore[arg-type]
    english, _, korean = report.page(day).partition("## 한국어")
    return english, korean


# --- stops -----------------------------------------------------------------------------------------------


def ran(printed: str = "", code: int = 1, outcomes: Mapping[str, Fate] | None = None) -> Ran:
    seen = Observation() if outcomes is None else Observation(
        outcomes=dict(outcomes), collected=len(outcomes), sessions=1, finished=True
    )  # fmt: skip
    return Ran(command="pytest -q", code=code, timed_out=False, seconds=0.1, seen=seen, output=printed)


@contextmanager
def a_repository(where: Path) -> Iterator[Repo]:
    (where / "r").mkdir()
    Repo.create(where / "r")
    with Repo(where / "r") as repo:
        tree = repo.store.edit(None, {"a.txt": Entry(FILE, repo.store.write_blob(b"a\n"))})
        main = repo.store.write_commit(Commit(tree, (), "first\n", 1_790_000_000))
        repo.move(MAIN, main, None)
        repo.call("read-tree", "-m", "-u", main, cwd=where / "r")
        yield repo


def too_dear(where: Path) -> None:
    with a_repository(where) as repo:
        settings = read_settings(b"[budget]\ndaily_usd = 0.1\ncycle_usd = 0.1\n")
        wallet.must_fit(Ledger(repo, lambda: 1.0), settings, 1.0, 1_795_000_000.0)


def in_the_way(where: Path) -> None:
    with a_repository(where) as repo:
        (where / "r" / "a.txt").write_text("mine\n")
        main = repo.tip(MAIN) or ""
        tree = repo.store.edit(None, {"a.txt": Entry(FILE, repo.store.write_blob(b"theirs\n"))})
        checkout.could_follow(repo, MAIN, main, repo.store.write_commit(Commit(tree, (main,), "next\n", 1_790_000_001)))


def moved(where: Path) -> None:
    with a_repository(where) as repo:
        repo.move(MAIN, repo.tip(MAIN), "0" * 40)


def a_ledger_of_somebody(where: Path) -> None:
    with a_repository(where) as repo:
        ledger = Ledger(repo, lambda: 1.0)
        ledger.append(Event(name="forged"), {"factory.json": b"no JSON"})
        ledger.read("factory.json")


def raises(error: FactoryError) -> Callable[[Path], None]:
    def do(_: Path) -> None:
        raise error

    return do


def nothing_that_signs(where: Path) -> None:
    with patch.dict(os.environ, PATH=str(where)):
        signing.must_be_able(Signer(where / "a.key"), b"somebody", where / "a.key")


def nothing_generated(where: Path) -> None:
    with a_repository(where) as repo:
        generated.find(repo, ("src/p/_version.py",))


def in_a_row() -> str:
    found = storm.Storm()
    for number in range(9):
        failure = storm.Failure(ticket=f"D-{number % 3}", box="2026-11-21 box 01", worker="default")
        found = storm.after(found, storm.Weather.FAILURE, failure)
    return storm.reason(found, read_settings(None).storm) or ""


def on_main(found: Ran) -> Callable[[Path], None]:
    there: Any = SimpleNamespace(absent=lambda *_: "", settings=read_settings(None), store=None)
    return lambda _: _must_be_ground(there, "0" * 40, "fast", found)


STOPPED: list[tuple[str, Callable[[Path], object], str]] = [
    ("operator", raises(Stopped("stopped by the operator; `factory run` goes on")), ""),
    ("limit", raises(LimitReached("one attempt was asked for; `factory run` does the rest")), "한 번만"),
    ("until", raises(TimeUp("it was to work until 2026-11-29 07:00 (Asia/Seoul); `factory run` goes on")), "2026-11-29 07:00 (Asia/Seoul)까지"),
    ("held", raises(Held("stopped by the operator; `factory resume` lifts it")), ""),
    ("interrupted", raises(Interrupted("interrupted; `factory run` goes on")), ""),
    ("storm", raises(StormStop(f"storm guard: {in_a_row()}")), "시도 9번이 잇달아"),
    ("quota", raises(QuotaUsed("default: the daily quota is used up; it turns in 3.2 hours, then `factory run`")), "3.2시간"),
    ("budget", too_dear, "한도 0.10달러를 넘습니다"),
    ("way", in_the_way, "커밋하지 않은 파일을 덮어쓰게 됩니다: a.txt"),
    ("moved", moved, "refs/heads/main이 더는"),
    ("main", lambda _: must_have_tiers(read_settings(b"[gate]\ndoctor = []\nfast = []\nregression = []\n")), "세 단계"),
    ("main", on_main(ran(code=127)), "`pytest -q`가 실행되지 않았습니다(종료 코드 127)"),
    ("main", on_main(ran(code=5, outcomes={})), "테스트를 하나도 찾지 못했습니다"),
    ("main", on_main(ran(code=1)), "main에서 fast 단계의 `pytest -q`가 실패합니다"),
    ("written", lambda _: read_roadmap(b"| ticket | status | title |\n|---|---|---|\n| D-1 | ODD | x |\n"), "D_ROADMAP.md:3: 알 수 없는 status"),
    ("worker", lambda _: find_key("gemini", {}), "환경 변수 GEMINI_API_KEY"),
    ("worker", lambda _: find_key("gemini", {"GEMINI_API_KEY": "키"}), "키에는 없는 글자"),
    ("worker", lambda where: find("nobodys-agent", str(where), "install it"), "nobodys-agent가 설치되어"),
    ("worker", lambda _: blame(UpstreamRefusal(401, key=True), "gemini", "m"), "키를 거절했습니다(HTTP 401)"),
    ("auditor", raises(Unheard("the auditor could not be asked: the auditor reader ended with TIMEOUT; mend it")), "제한 시간을 넘겼습니다"),
    ("signing", lambda where: signing.must_be_able(Signer(None), b"somebody", where / "a.key"), "a.key에 없습니다"),
    ("machine", nothing_that_signs, "설치하세요(Debian: openssh-client 패키지)"),
    ("machine", nothing_generated, "src/p/\\_version.py 파일이 이 체크아웃에 없습니다"),
    ("count", a_ledger_of_somebody, ""),
    ("machine", raises(of_machine(OSError(errno.ENOSPC, "No space left on device", "/a"))), "디스크에 자리가"),
    ("machine", raises(of_machine(OSError(errno.ENOENT, "No such file or directory", "/a"))), "없는 경로: /a"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "meet", "korean"), STOPPED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_stop_is_told_as_what_it_was(kind: str, meet: Callable[[Path], object], korean: str, tmp_path: Path) -> None:
    with pytest.raises(FactoryError) as met:
        meet(tmp_path)
    assert met.value.stop == kind
    event = Event(name="stop", text=str(met.value), trailers={STOP: kind})
    told = pages([event], [], state=STOPS[kind].state, next_command=STOPS[kind].command)
    assert STOPS[kind].english in told[0]
    assert STOPS[kind].korean in told[1]
    assert korean in told[1]
    for page in told:
        assert f"`{STOPS[kind].command}`" in page
        assert str(met.value).replace("`", "'") in page  # whole: what to do stands at its end


def test_what_can_never_start_is_told_with_what_it_waits_for() -> None:
    rows = [("D-1", TicketStatus.PLANNED, ()), ("D-2", TicketStatus.IN_PROGRESS, ("D-1",))]
    view = View("0" * 40, tuple(Ticket(id=i, status=s, title=i, deps=d) for i, s, d in rows), (), {})
    event = Event(name="stop", text=ending.stuck(view), trailers={STOP: "stuck"})
    english, korean = pages([event], [])
    assert "D-2 waits for D-1, which is PLANNED" in english
    assert "D-2는 D-1을 기다리는데, D-1의 상태가 PLANNED입니다" in korean


def test_every_kind_of_stop_has_its_situation() -> None:
    assert {kind for kind, _, _ in STOPPED} | {"stuck", "done"} == set(STOPS)
    wrong = halves.faults([Half(date="2026-11-21", box=1, half="back")])
    assert wrong == ["2026-11-21 box 1 has a back half and no front half"]


# --- why a ticket is blocked -----------------------------------------------------------------------------


def by_the_gate(before: Ran, after: Ran) -> Verdict:
    tally, nothing = Tally(), Touching(frozenset(), frozenset(), frozenset())
    judge_criterion(
        tally, PlanCriterion(id="AC-1", text="", check="pytest -q"), Passes(before, before, after, after), (), nothing
    )
    return tally.verdict()


def still(printed: str, code: int = 1) -> Verdict:
    return by_the_gate(ran("1 failed"), ran(printed, code))


def before_the_gate(
    ended: Ended = Ended.DONE, conflicts: tuple[str, ...] = (), *found: Finding, **files: Entry
) -> Verdict:
    item = Item(id="D-1", trade="ticket", title="x", file="", worker="default")
    done = Done(item, make_plan(timeout_minutes=2), "", 0.0, 0.0, Work(ended, exit_code=9), Change(files, found))
    kept = SimpleNamespace(read=lambda *_: Record(ticket="D-1", transient=5))
    repo = SimpleNamespace(work_tree=None, store=SimpleNamespace(tree_of=lambda _: ""))
    house: Any = SimpleNamespace(environ={}, gate=SimpleNamespace(tools=Toolchains()), repo=repo, ledger=kept)
    met = GroupMerge("", "", {"D-1": conflicts} if conflicts else {})
    reason = judging.ended_badly(house, done, "") or ticket_trade.met(done, met)
    assert reason is not None
    return booking.refused(*reason)


CHANGED = {"a.py": Entry(FILE, "0" * 40)}
FOUND = {
    triage: Finding(guard="scope", path="b.py", message="is forbidden to this ticket", triage=triage)
    for triage in Triage
}
ERROR = "E   {0}\n1 failed\n"
WHY: list[tuple[Triage, Verdict, str, str]] = [
    (Triage.IMPORT, still("ModuleNotFoundError: No module named 'iniconfig'\n"), "No module named 'iniconfig'", "출력: \"ModuleNotFoundError: No module named 'iniconfig'\""),
    (Triage.PATH, still("FileNotFoundError: [Errno 2] No such file or directory: 'in.csv'\n"), "'in.csv'", "여전히 실패합니다. 출력:"),
    (Triage.SCHEMA, still("Traceback (most recent call last):\nKeyError: 'price'\n"), "KeyError: 'price'", "출력: \"KeyError: 'price'\""),
    (Triage.TEST, still("AssertionError: 1 != 2\n"), "AC-1 is still red", "AC-1의 검사 `pytest -q`가 여전히 실패합니다"),
    (Triage.API, before_the_gate(Ended.LATER), "refused it 6 times", "6번 잇달아"),
    (Triage.SCOPE, before_the_gate(Ended.DONE, (), FOUND[Triage.SCOPE], **CHANGED), "b.py: scope: is forbidden", "b.py: scope: 이 티켓에 금지된 파일입니다"),
    (Triage.GUARD, before_the_gate(Ended.DONE, (), FOUND[Triage.GUARD], **CHANGED), "b.py", "b.py: scope: 이 티켓에 금지된 파일입니다"),
    (Triage.TAMPER, before_the_gate(Ended.DONE, (), FOUND[Triage.TAMPER], **CHANGED), "b.py", "b.py: scope: 이 티켓에 금지된 파일입니다"),
    (Triage.CONFLICT, before_the_gate(Ended.DONE, ("a.py",), **CHANGED), "a.py was changed on main", "바뀐 파일: a.py"),
    (Triage.TIMEOUT, before_the_gate(Ended.TIMEOUT), "ended after 2 min", "작업자를 2분 뒤에"),
    (Triage.EMPTY, before_the_gate(), "the worker changed nothing", "작업자가 아무것도 바꾸지 않았습니다"),
    (Triage.VACUOUS, by_the_gate(ran(code=0), ran(code=0)), "AC-1 was green before any work", "AC-1의 검사 `pytest -q`가 처음부터 통과해"),
    (Triage.WORKER, before_the_gate(Ended.FAILED), "ended with exit code 9", "종료 코드 9로 끝났습니다"),
    (Triage.ENVIRONMENT, by_the_gate(ran(code=127), ran(code=127)), "could not run on main (exit code 127)", "실행할 수 없었습니다(종료 코드 127)"),
]  # fmt: skip


@pytest.mark.parametrize(("triage", "verdict", "english", "korean"), WHY, ids=[str(row[0]) for row in WHY])
def test_a_failure_is_told_by_its_class_and_by_what_it_was(
    triage: Triage, verdict: Verdict, english: str, korean: str
) -> None:
    assert verdict.triage is triage
    why = booking.reason(verdict)
    ticket = Ticket(id="D-1", status=TicketStatus.BLOCKED, title="x")
    told = pages([], [Standing(ticket, State.BLOCKED, 3, None, triage, why, Record(ticket="D-1"))])
    assert f"D-1 needs a person: {ENGLISH.why[triage]} (`{why.replace('`', chr(39))}`)" in told[0]
    assert english in told[0]
    assert f"D-1: 사람이 봐야 합니다. {KOREAN.why[triage]} (" in told[1]
    assert korean in told[1]
    assert "grown-up must look at: 1." in told[0]


def test_every_class_of_failure_has_its_situation() -> None:
    assert {row[0] for row in WHY} == set(Triage)


# --- an operator's answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "state", "said"),
    [
        ("replan", State.INFLIGHT, "D-1 is INFLIGHT, and only a waiting ticket is planned anew; wait for its end"),
        ("replan", State.BLOCKED, "`factory retry D-1` releases it anew"),
        ("replan", State.DONE, "`factory rewind D-1` takes its stamp back"),
        ("replan", None, "D-1 is PLANNED, and only a waiting ticket is planned anew; release it"),
        ("cancel", State.DONE, "D-1 is DONE, and only what waits or is worked on can be cancelled"),
        ("retry", None, "D-1 is PLANNED"),
        ("retry", State.PENDING, "D-1 is PENDING, and only a blocked ticket is released anew; `factory cancel D-1`"),
        ("retry", State.INFLIGHT, "or `factory cancel D-1` ends it"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(
    command: str, state: State | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory.line import operator

    row = Ticket(id="D-1", status=TicketStatus.PLANNED if state is None else TicketStatus.IN_PROGRESS, title="x")
    stands = Standing(row, state, 0, None, None, "", Record(ticket="D-1")) if state else None
    monkeypatch.setattr(operator, "_standing_of", lambda *_: stands)
    with pytest.raises(FactoryError) as refused:
        getattr(operator, f"_{command}")(SimpleNamespace(), row)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [(errno.ENOSPC, "make room"), (errno.ENOENT, "removed while it was in use"), (errno.EMFILE, "`ulimit -n 1024`"),
     (errno.EACCES, "let this user read"), (errno.EROFS, "mounted read-only"), (errno.EIO, "mend it")],
)  # fmt: skip
def test_a_call_that_the_machine_refused_is_told_with_its_own_remedy(code: int, remedy: str) -> None:
    said = str(of_machine(OSError(code, "it says so", "/a/path")))
    assert said.startswith("it says so: /a/path; ")
    assert remedy in said
    assert ("make room" in said) == (code == errno.ENOSPC)


def test_a_result_that_an_earlier_command_saw_is_told_as_remembered() -> None:
    def log(**changes: Any) -> str:
        tally = Tally("Asia/Seoul")
        tally.heard("fast", ran("fine", 0).model_copy(update=changes))
        return tally.log[-1]

    assert log() == "-- exit code 0, 0.1 s"
    at = "2026-09-21 23:13 (Asia/Seoul)"
    assert log(remembered=True, at=1_790_000_000.0) == f"-- exit code 0, as it ended at {at}, 0.1 s"
