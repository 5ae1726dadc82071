"""The live page, the numbers, the log lines and the heartbeat, as their user sees them."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from factory.clock import Clock
from factory.desk.shown import ShownItem
from factory.desk.snapshot import Snapshot
from factory.faces.cli.screen import board, watch
from factory.git.ledger import ticket_path
from factory.line import booking, ending, shift
from factory.line.item import Item
from factory.line.opening import open_house
from factory.model import Progress, State, Triage
from factory.money.budget import Book
from factory.records.record import Lease, Record
from factory.reports import daily
from factory.sandbox.process import run as call
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, PATIENCE, ROOT, SLOW, command, environment, running

Make = Callable[..., Shop]


class Leaping(Clock):
    """A clock that a test sets."""

    def __init__(self, now: float) -> None:
        self.time = now

    def now(self) -> float:
        return self.time


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


# --- the live page ---------------------------------------------------------------------------------------


def test_the_page_shows_what_runs_the_box_the_budget_and_the_rooms(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with running(shop, go) as run:
        shown = shop.run("status", "--watch", "--times", "1")
        assert shown.code == 0
        assert "running: D-1#1" in shown.out
        assert "box_01_front, open: D-1" in shown.out
        assert "today (" in shown.out
        assert "MB on disk (none and " in shown.out
        run.let_go()
        assert run.ends() == 0


def test_looking_makes_no_folder_and_no_commit(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    home = Path(os.environ["HOME"])
    before = sorted((*home.rglob("*"), *(shop.path / ".git").rglob("*")))
    for args in (["status", "--watch", "--times", "2"], ["status"], ["report"], ["kpi"], ["log"]):
        assert shop.run(*args).code == 0
    assert sorted((*home.rglob("*"), *(shop.path / ".git").rglob("*"))) == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 130), (signal.SIGHUP, 130)])
def test_ctrl_c_ends_the_live_page_well_and_any_other_signal_ends_it_as_any_command(
    make: Make, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    shop = make("D-1 One", settings=FAST)
    at = tmp_path / "screen"
    with at.open("wb") as out, subprocess.Popen(
        command(shop, "status", "--watch"), stdout=out, stderr=out, env=environment(), cwd=ROOT
    ) as child:  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while "D-1" not in at.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        child.send_signal(number)
        assert child.wait(timeout=PATIENCE) == code
    assert "Traceback" not in at.read_text()


def page() -> Snapshot:
    ticket = ShownItem(id="D-1", trade="ticket", state=State.PENDING, attempts=1, triage=Triage.TEST, title="[red]One")
    return Snapshot(
        at=0.0, zone="UTC", main="0" * 40, ledger=None, state="READY", items=(ticket,), counts={"ticket": {State.PENDING: 1}},
        budget=Book(date=dt.date(2026, 11, 21)),
    )  # fmt: skip


def test_on_a_terminal_the_page_is_drawn_in_place_and_a_title_is_no_markup() -> None:
    out = Terminal()
    watch(page, out, times=2, every=0.01)
    assert "[red]One" in out.getvalue()
    assert "\x1b[" in out.getvalue()


def test_on_a_terminal_a_run_has_a_live_line_per_ticket_and_what_ended_stays() -> None:
    out = Terminal()
    with board(out, lambda *_: pytest.fail("a terminal gets no plain lines")) as show:
        show(Progress(kind="works", item="D-1", text="attempt 1: default works", at=0.0))
        show(Progress(kind="stamped", item="D-1", text="stamped 0123456789ab", at=0.0))
    last = out.getvalue().rsplit("stamped", 1)
    assert "attempt 1: default works" in last[0]
    assert "0123456789ab" in last[1]


def test_what_stays_on_the_screen_is_told_by_its_kind_and_not_by_how_a_sentence_begins() -> None:
    out = Terminal()
    with board(out, lambda *_: pytest.fail("a terminal gets no plain lines")) as show:
        for kind, text in (("works", "stamped is only a word"), ("note", "a note stays"), ("gate", "the guards look")):
            show(Progress.model_validate({"kind": kind, "item": "D-1", "text": text, "at": 0.0}))
        moving = out.getvalue()
        show(Progress(kind="checkpoint", text="box_01_front", at=0.0))
    assert moving.count("a note stays") == 1
    assert "stamped is only a word\n" not in moving  # it is drawn over
    assert "stamped is only a word" in moving.rpartition("a note stays\n")[2]
    assert "the guards look" not in out.getvalue().removeprefix(moving)


def test_a_run_tells_what_happens_as_values(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", worker='[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + RIGHT, settings=FAST)
    told: list[Progress] = []
    with open_house(shop.path, dict(os.environ), say=told.append, working=True) as house:
        shift.run(house)
    steps = [(now.kind, now.item, now.attempt) for now in told if now.kind not in ("note", "gate")]
    assert ("stamped", "D-1", 1) in steps
    tries = [(kind, "D-2", number) for number in (1, 2, 3) for kind in ("works", "failed")]
    assert [step for step in steps if step[1] == "D-2"] == [*tries, ("quarantined", "D-2", 3)]
    assert ("checkpoint", "", 0) in steps
    assert [now.at for now in told] == sorted(now.at for now in told)


def test_elsewhere_a_runs_lines_are_plain() -> None:
    said: list[Progress] = []
    one = Progress(kind="stamped", item="D-1", text="stamped", at=0.0)
    with board(io.StringIO(), said.append) as show:
        show(one)
    assert said == [one]


@pytest.mark.parametrize("words", [["--help"], ["status"], ["report"]])
def test_rich_is_not_loaded_to_help_or_to_look(make: Make, words: list[str]) -> None:
    shop = make("D-1 One", settings=FAST)
    args = words if words == ["--help"] else [*words, "--repo", str(shop.path)]
    code = (
        "import sys\nfrom factory.cli import main\n"
        f"try: main({args!r})\nexcept SystemExit as end: assert not end.code, end.code\n"
        "heavy = {m for m in sys.modules if m.split('.')[0] == 'rich'}\nsys.exit(sorted(heavy)[:5] or 0)\n"
    )
    done = call([command(shop)[0], "-c", code], cwd=ROOT, env=environment(), timeout=PATIENCE)
    assert (done.code, done.stderr) == (0, b"")


# --- the numbers -----------------------------------------------------------------------------------------


def test_kpi_counts_and_fails_on_an_alert_only_where_told(make: Make) -> None:
    worker = '[ "$FACTORY_TICKET#$FACTORY_ATTEMPT" = "D-2#1" ] && exit 1\n' + RIGHT
    shop = make("D-1 One", "D-2 Two", worker=worker, settings=FAST + "\n[kpi]\nretries_max = 0.4\n")
    assert shop.run("run").code == 0
    found = shop.run("kpi", "--json").json
    assert (found["stamps"], found["failed"], found["retries"], found["stale_leases"]) == (2, 1, 0.5, 0)
    assert found["success_rate"] == pytest.approx(2 / 3)
    assert found["alerts"] == ["retries is 0.5, and more than 0.4"]
    assert shop.run("kpi").code == 0
    loud = shop.run("kpi", "--fail-on-alert")
    assert loud.code == 1
    assert "ALERT retries" in loud.out


# --- the heartbeat ---------------------------------------------------------------------------------------


def test_a_beat_is_one_event_a_minute_for_all_that_run(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", settings=FAST)
    clock = Leaping(1_795_000_000.0)
    with open_house(shop.path, {}, clock=clock, working=True) as house, shift.on(house) as night:
        items = {}
        for name in ("D-1", "D-2"):
            lease = Lease(run=house.run, key="k", since=clock.now(), beat=clock.now())
            booking.write(house, "start", Record(ticket=name).begun(1, lease), "by the test")
            items[Future[object]()] = Item(id=name, trade="ticket", title="", file=ticket_path(name), worker="default")
        night._tools.crew.running = items
        night._beat()
        clock.time += shift.BEAT
        night._beat()
        night._beat()
        beats = [r.lease.beat for r in house.ledger.read_all("tickets", Record.model_validate).values() if r.lease]
    assert beats == [clock.time, clock.time]
    assert sum(s.startswith("beat:") for s in shop.subjects("factory/ledger")) == 1


def test_the_day_turns_under_a_run_and_its_page_is_written(make: Make) -> None:
    shop = make("D-1 One", settings=FAST + '\n[factory]\ntimezone = "Asia/Seoul"\n')
    clock = Leaping(dt.datetime(2026, 11, 21, 14, 59, tzinfo=dt.UTC).timestamp())  # 23:59 in Seoul
    with open_house(shop.path, {}, clock=clock, working=True) as house, shift.on(house) as night:
        night._midnight()
        assert house.ledger.read_all("reports", dict) == {}
        assert shop.run("log").out == "nothing has happened yet: `factory run` starts\n"
        clock.time += 120
        night._midnight()
        night._midnight()
    assert "Factory report, 2026-11-21 (Asia/Seoul)" in shop.read("reports/daily_20261121.md", "factory/ledger")
    assert '"month": "2026-11"' in shop.read("cost_summary_202611.json", "factory/ledger")
    assert shop.subjects("factory/ledger") == ["report: the day 2026-11-21 ended"]


def test_a_past_day_is_told_as_it_stood_then(make: Make) -> None:
    shop = make("D-1 One", settings=FAST + '\n[factory]\ntimezone = "UTC"\n')
    first = Leaping(dt.datetime(2035, 3, 1, 12, tzinfo=dt.UTC).timestamp())
    with open_house(shop.path, {}, clock=first, working=True) as house:
        assert shift.run(house).exit == 0
        then = daily.facts(house.ledger, house.ref, house.settings, dt.date(2035, 3, 1))
    assert (then.done, then.today) == (1, ("D-1",))
    second = Leaping(first.time + 86400)
    with open_house(shop.path, {}, clock=second, working=True) as house:
        ending.end(house, "held", "a day later")
        now = daily.facts(house.ledger, house.ref, house.settings, dt.date(2035, 3, 2))
        again = daily.facts(house.ledger, house.ref, house.settings, dt.date(2035, 3, 1))
    assert again == then
    assert (now.done, now.today, [run.kind for run in now.runs]) == (1, (), ["held"])


# --- the log lines ---------------------------------------------------------------------------------------


def test_a_run_leaves_json_lines_with_ids_and_without_secrets(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "a-value-nobody-may-read-4711")
    shop = make("D-1 One", worker='echo "it knows a-value-nobody-may-read-4711" >&2; exit 1\n', settings=FAST)
    assert shop.run("run").code == 1
    files = list((shop.path / ".git" / "factory" / "logs").iterdir())
    assert len(files) == 1
    text = files[0].read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    failed = [line for line in lines if line["text"].startswith("failed")]
    assert [line["attempt"] for line in failed] == [1, 2, 3]
    assert {line["level"] for line in failed} == {"warning"}
    assert {line["ticket"] for line in failed} == {"D-1"}
    assert len({line["trace"] for line in failed}) == 3
    assert len({line["run"] for line in lines}) == 1
    assert "4711" not in text
    assert files[0].stat().st_mode & 0o077 == 0


def test_nothing_that_the_house_says_holds_a_secret(make: Make) -> None:
    shop, said = make("D-1 One", settings=FAST), list[str]()
    secret = {"SHOP_API_KEY": "a-value-nobody-may-read-4711"}
    with open_house(shop.path, secret, say=lambda now: said.append(now.text)) as house:
        house.say("D-1", f"the key is {secret['SHOP_API_KEY']},\nand a second line", "error")
        ending.end(house, "machine", f"no luck with {secret['SHOP_API_KEY']}")
    log = next((shop.path / ".git" / "factory" / "logs").iterdir()).read_text()
    ledger = shop.git("log", "-p", "--format=%B", "factory/ledger")
    assert said == ["the key is [redacted:known], and a second line"]
    assert "[redacted:known]" in log
    assert "[redacted:known]" in ledger
    assert "4711" not in log + ledger
