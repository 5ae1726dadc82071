"""What breaks at one ticket is that ticket's own, whatever it is and wherever it is met: the others are stamped."""

from __future__ import annotations

import errno
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from factory.errors import CannotJudge, CouldNotRun, GitFailed, Mistake
from factory.executors import local
from factory.gate.failures import fingerprint
from factory.line import audits, booking, evidence, trouble
from factory.line.trades import ticket
from factory.model import Triage
from tests.line.conftest import Shop
from tests.line.night import FAST, safe

Make = Callable[..., Shop]
ROWS = ("D-1 One", "D-2 Two", "D-3 Three")
WORDS = UnicodeEncodeError("utf-8", "half \ud800", 5, 6, "surrogates not allowed")
LONG = OSError(errno.ENAMETOOLONG, "File name too long", "a/long/name")


def breaking(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, error: Exception, times: int = 99) -> None:
    """Lets a step fail for D-2 alone, wherever the step's words name it."""
    real, left = getattr(where, name), [times]

    def step(*given: Any, **more: Any) -> Any:
        named = [
            getattr(getattr(getattr(one, "done", one), "plan", one), "ticket_id", getattr(one, "id", ""))
            for one in given
        ]
        if "D-2" in named and left[0]:
            left[0] -= 1
            raise error
        return real(*given, **more)

    monkeypatch.setattr(where, name, step)


@pytest.mark.parametrize(
    ("where", "name", "error", "code", "says"),
    [
        (ticket.batches, "next_plan", RecursionError("too deep"), 4, "the factory itself failed: RecursionError"),
        (ticket.attempts, "keep_plan", GitFailed("git could not move it"), 4, "git could not move it"),
        (local.Local, "_fit", LONG, 4, "File name too long: a/long/name"),
        (local, "guarded", Mistake("no such model", path="ssot/factory.toml"), 2, "ssot/factory.toml: no such model"),
    ],
    ids=["the plan", "its place in git", "its room", "its worker's set-up"],
)
def test_a_ticket_that_cannot_be_begun_waits_with_its_reason_and_no_attempt_is_counted(
    where: Any, name: str, error: Exception, code: int, says: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make(*ROWS, settings=FAST)
    breaking(monkeypatch, where, name, error)
    done = shop.run("run")
    assert (done.code, says in done.out) == (code, True), done.out + done.err
    status = shop.run("status", "--json").json
    assert [t["state"] for t in status["tickets"].values()] == ["DONE", "PENDING", "DONE"]
    assert says in status["stop_reason"]
    told = status["tickets"]["D-2"]
    assert (told["attempts"], told["triage"], says in told["why"]) == (0, None, True)
    report = shop.run("report").out
    assert f"- D-2 waits until this is mended, and nothing of it failed: `{says}" in report
    assert "- D-2: 실패한 것은 없으며, 이것을 고칠 때까지 기다립니다." in report
    safe(shop)

    monkeypatch.undo()
    assert shop.run("run").code == 0
    assert shop.run("status", "--json").json["tickets"]["D-2"] | {"stamp": ""} == {
        "state": "DONE", "attempts": 1, "stamp": "", "triage": None, "why": "", "title": "Two",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("where", "name", "error", "says"),
    [
        (audits, "second_look", WORDS, "UnicodeEncodeError"),
        (evidence, "keep_ticket", WORDS, "UnicodeEncodeError"),
        (local.Local, "_commits", ValueError("\ud800"), "ValueError"),
        (audits, "second_look", GitFailed("git merge-tree failed (128)"), "git merge-tree failed (128)"),
    ],
    ids=["the auditor", "its evidence", "its work commit", "git, for it alone"],
)
def test_an_attempt_that_breaks_its_judge_has_failed_by_that_and_is_tried_as_often_as_any(
    where: Any, name: str, error: Exception, says: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make(*ROWS, settings=FAST + "\n[caps]\nattempts = 2\n")
    breaking(monkeypatch, where, name, error, times=2 if where is audits else 1)
    done = shop.run("run")
    status = shop.run("status", "--json").json["tickets"]
    ends = ("BLOCKED", 1) if where is audits else ("DONE", 0)
    assert ([t["state"] for t in status.values()], done.code) == (["DONE", ends[0], "DONE"], ends[1]), done.out
    event = shop.git("log", "--format=%H", "--grep=^fail(D-2#1)", "factory/ledger").split()[0]
    log = shop.read(".factory/evidence/gate.log", f"{event}^2")
    assert "it could not be judged: " in log
    assert says in log
    assert "ENVIRONMENT" in shop.git("log", "-1", "--format=%s", event)
    assert str(shop.path.parent) not in log  # no path of the machine
    safe(shop)


@pytest.mark.parametrize(
    "error", [CannotJudge("main is red"), CouldNotRun("the sandbox is gone"), OSError(errno.ENOSPC, "disk full", "x")]
)
def test_what_concerns_every_ticket_ends_the_run_and_the_attempt_is_none(
    error: Exception, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make(*ROWS, settings=FAST)
    breaking(monkeypatch, audits, "second_look", error)
    assert shop.run("run").code == 4
    status = shop.run("status", "--json").json["tickets"]
    assert [(t["state"], t["attempts"]) for t in status.values()] == [("DONE", 1), ("PENDING", 0), ("PENDING", 0)]
    safe(shop)


def test_a_worker_that_two_tickets_could_not_be_begun_by_is_asked_for_no_third(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f'D-{n} T |  | ```toml\nworker = "dear"\n```' for n in range(1, 6)]
    more = '\n[workers.dear]\nkind = "command"\ncommand = ["sh", "tools/worker.sh"]\n'
    real = local.guarded

    def work(do: Any, task: Any) -> Any:
        if task.plan.worker == "dear":
            raise Mistake("no such model", path="ssot/factory.toml")
        return real(do, task)

    monkeypatch.setattr(local, "guarded", work)
    shop = make(*rows, "D-9 Cheap", settings=FAST + more)
    done = shop.run("run")
    assert (done.code, done.out.count("dear works")) == (2, 2), done.out
    status = shop.run("status", "--json").json["tickets"]
    assert [t["state"] for t in status.values()] == ["PENDING"] * 5 + ["DONE"]
    assert {t["why"] for t in status.values()} == {"ssot/factory.toml: no such model", ""}


def test_what_is_mended_is_not_said_any_more(make: Make) -> None:
    first = 'D-1 One |  | ```toml\nworker = "nobody"\n```'
    shop = make(first, "D-2 Two | D-1 | ```toml\nbudget_usd = 99999\n```", settings=FAST)
    dry = shop.run("dry")
    assert (dry.code, dry.out.count("waits until that is mended: ")) == (2, 2)
    assert shop.run("run").code == 2
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("budget_usd", "# budget_usd")})
    assert shop.run("run").code == 2
    status = shop.run("status", "--json").json["tickets"]
    assert ("nobody" in status["D-1"]["why"], status["D-2"]["why"]) == (True, "")


def test_half_a_letter_has_a_fingerprint_and_an_error_its_place() -> None:
    assert len(fingerprint(Triage.TEST, "FAILED \ud800")) == 16
    try:
        booking.record_of(SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    except AttributeError as error:
        said = trouble.in_words(error)
    assert said.startswith("the factory itself failed: AttributeError: ")
    assert "(factory/line/booking.py:" in said
