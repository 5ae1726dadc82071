"""`factory run --forever` with a clock that does not wait: what it waits for, what ends it, and what it leaves."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factory.desk.snapshot import snapshot
from factory.errors import Exit, Moved
from factory.git import lock
from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.line import between, ending, inbox
from factory.line.house import House
from factory.line.opening import open_house
from factory.line.shift import ShiftEnd
from factory.line.steering import Command, Replan, Resume, Retry, Stop
from factory.model import Progress
from factory.records.sleep import Sleep, asleep, read
from factory.reports.phrases import ENGLISH, KOREAN
from factory.reports.waits import WAITS
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, safe
from tests.line.sleepless import Ended, Sleepless
from tests.line.test_together import right, three
from tests.servers import Refusal, gemini, serve

Make = Callable[..., Shop]
Step = Callable[[], object]
SEOUL = ZoneInfo("Asia/Seoul")
ZONED = FAST + '\n[factory]\ntimezone = "Asia/Seoul"\nmax_workers = 1\n'
CAPPED = ZONED + "\n[budget]\ndaily_usd = 1.0\ncycle_usd = 0.6\n"
PAID = """
echo '{"summary": "paid", "calls": 1, "tokens_in": 1, "tokens_out": 1, "cost_usd": 0.6}' > "$FACTORY_REPORT"
"""
EVENING = dt.datetime(2026, 11, 28, 22, 0, tzinfo=SEOUL).timestamp()
LOOKS = 5  # of a sleep, before something happens in it


class Watched:
    """A run with --forever. `then` are what happens in its sleeps, one after the other: None lets a sleep go on to its
    hour, and after the last of them somebody presses Ctrl-C."""

    def __init__(self, shop: Shop, kept: Path, *then: Step | None) -> None:
        self.shop, self.clock, self._then = shop, Sleepless(kept, EVENING), list(then)
        self.sleeps: list[Sleep] = []
        self._tip, self._looks, self._sleeps_on = "", 0, False
        self.clock.meanwhile = self._look

    def _look(self) -> None:
        with Repo(self.shop.path) as repo:
            sleep, tip = read(private_dir(repo), os.getpid()), repo.tip("refs/heads/factory/ledger") or ""
        assert sleep
        if not self.sleeps or self.sleeps[-1] != sleep:
            self.sleeps.append(sleep)
            self._tip, self._looks, self._sleeps_on = tip, 0, False
        assert tip == self._tip, "something was written while it slept"
        self._looks += 1
        if self._looks % LOOKS == 0 and not self._sleeps_on:
            step = self._then.pop(0) if self._then else self.clock.stop
            self._sleeps_on = step is None
            if step:
                step()

    def run(self, until: str = "") -> Ended:
        return self.clock.run(self.shop, until=until, forever=True)

    def asks(self, command: Command) -> None:
        """A command of a second terminal."""
        with Repo(self.shop.path) as repo:
            self.asked = inbox.hand_over(private_dir(repo), command)

    @property
    def answer(self) -> str:
        return self.asked.with_suffix(".answer").read_text(encoding="utf-8")

    @property
    def kinds(self) -> list[str]:
        return [sleep.kind for sleep in self.sleeps]

    def ends(self, number: int) -> str:
        """When a sleep was to end, in the factory's zone."""
        until = self.sleeps[number].until
        assert until
        return f"{dt.datetime.fromtimestamp(until, SEOUL):%d %H:%M}"


def states(shop: Shop) -> dict[str, str]:
    return {id: one["state"] for id, one in shop.run("status", "--json").json["tickets"].items()}


def stops(shop: Shop) -> list[str]:
    """The ends of runs, oldest first, by their kind."""
    form = "--format=%(trailers:key=Factory-Stop,valueonly)"
    return shop.git("log", "--reverse", "--first-parent", form, "factory/ledger").split()


# --- what it waits for -----------------------------------------------------------------------------------


def test_a_ticket_that_a_person_commits_is_worked_on_and_a_night_of_waiting_writes_nothing(
    make: Make, tmp_path: Path
) -> None:
    shop = make("D-1 One", settings=ZONED)
    run = Watched(shop, tmp_path, lambda: shop.commit({"notes.txt": "of no ticket\n"}), lambda: shop.release("D-2 Two"))
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 2), ended.said
    assert run.kinds == ["work", "work"]
    assert states(shop) == {"D-1": "DONE", "D-2": "DONE"}
    assert stops(shop) == ["done", "done"]  # each stretch of work has its papers, and the end of the sleep needs none
    assert len(shop.git("ls-tree", "--name-only", "factory/ledger", "reports/").split()) == 1
    safe(shop)


def test_a_commit_in_the_moment_in_which_the_work_ends_is_not_slept_over(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, finish = make("D-1 One", settings=ZONED), ending.finish

    def late(house: House, worked: bool) -> str:
        """Nothing was left when it looked; a person commits before that is written down."""
        if len(shop.git("log", "--format=%s", "--grep=^release", "main").split()) == 0:
            shop.release("D-2 Two")
        return finish(house, worked)

    monkeypatch.setattr(ending, "finish", late)
    run = Watched(shop, tmp_path)
    ended = run.run()
    assert (ended.code, ended.stamped, run.kinds) == (130, 2, ["work"]), ended.said


def test_four_hours_without_work_are_a_few_looks_a_minute_and_no_event(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)
    run = Watched(shop, tmp_path, None)
    ended = run.run(until="02:00")
    assert ended.code == 0, ended.said
    assert (run.kinds, stops(shop)) == (["work"], ["done"])
    assert len(run.clock.slept) == 4 * 60 * 3
    assert shop.run("status", "--json").json["state"] == "READY"


def test_a_days_budget_is_waited_for_and_the_next_day_goes_on(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two", settings=CAPPED, worker=PAID + RIGHT)
    run = Watched(shop, tmp_path, None)
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 2), ended.said
    assert run.kinds == ["budget", "work"]
    assert run.ends(0) == "29 00:00"
    told = {path: shop.read(path, "factory/ledger") for path in
            shop.git("ls-tree", "-r", "--name-only", "factory/ledger", "budget/").split()}  # fmt: skip
    assert sorted(told) == [f"budget/2026-11-{day}.json" for day in (28, 29)]
    assert {json.loads(text)["settled"]["usd"] for text in told.values()} == {"0.600000"}
    safe(shop)


def test_an_hour_that_ends_a_run_ends_its_wait_for_money_with_more_to_do(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two", settings=CAPPED, worker=PAID + RIGHT)
    run = Watched(shop, tmp_path, None)
    ended = run.run(until="23:00")
    assert (ended.code, ended.stamped, run.kinds) == (3, 1, ["budget"]), ended.said
    found = shop.run("status", "--json").json
    assert found["state"] == "RECOVERABLE"
    assert "The day's budget was used up" in found["stop_reason"]


def test_a_cap_that_is_raised_ends_the_wait_for_money(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two", "D-3 Three", settings=CAPPED, worker=PAID + RIGHT)
    raised = CAPPED.replace("daily_usd = 1.0", "daily_usd = 1.5")
    run = Watched(shop, tmp_path, lambda: shop.commit({"ssot/factory.toml": raised}), None)
    ended = run.run(until="23:00")
    assert (ended.code, ended.stamped, run.kinds) == (3, 2, ["budget", "budget"]), ended.said


def test_a_cap_that_was_raised_while_it_worked_is_not_waited_for(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two", settings=CAPPED, worker=PAID + RIGHT)

    def raised(now: Progress) -> None:
        if now.item == "D-1" and now.kind == "stamped":
            shop.commit({"ssot/factory.toml": CAPPED.replace("daily_usd = 1.0", "daily_usd = 9.0")})

    run = Watched(shop, tmp_path)
    run.clock.heard = raised
    ended = run.run()
    assert (ended.code, ended.stamped, run.kinds) == (130, 2, ["work"]), ended.said
    assert stops(shop) == ["budget", "done"]


def test_a_clock_that_is_set_back_while_it_waits_asks_anew_once(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two", settings=CAPPED, worker=PAID + RIGHT)
    run = Watched(shop, tmp_path, lambda: run.clock.set(EVENING - 3 * 86_400), None)
    ended = run.run(until="23:00")
    assert ended.code == 3, ended.said
    assert run.kinds == ["budget", "budget"]
    assert run.ends(1) == "29 00:00"  # the caps of that day hold until the time is really there
    assert stops(shop) == ["budget", "budget"]


def test_a_quota_is_waited_for_until_the_day_turns(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    answers = [lambda _: Refusal(429, daily=True), right]
    with serve(gemini.WIRE, lambda ask: (answers.pop(0) if len(answers) > 1 else answers[0])(ask)) as server:
        shop = three(make, server.url, count=1)
        run = Watched(shop, tmp_path, None)
        ended = run.run()
    assert (ended.code, ended.stamped) == (130, 1), ended.said
    assert run.kinds == ["quota", "work"]
    assert run.ends(0) == "29 00:00"


def test_a_server_that_refuses_call_after_call_is_asked_again_after_an_hour_then_after_two(
    make: Make, tmp_path: Path
) -> None:
    shop = make(
        "D-1 One", settings=ZONED + "\n[storm]\nrate_limits = 1\n", worker=f'[ -e "{tmp_path}/up" ] || exit 75\n{RIGHT}'
    )
    run = Watched(shop, tmp_path, None, (tmp_path / "up").touch, None)
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 1), ended.said
    assert run.kinds == ["refused", "refused", "work"]
    assert (run.ends(0), run.ends(1)) == ("28 23:00", "29 01:00")


def test_a_short_wait_that_a_server_asked_for_is_told_too(make: Make, tmp_path: Path) -> None:
    shop = make(
        "D-1 One", settings=ZONED, worker=f'[ -e "{tmp_path}/up" ] || {{ touch "{tmp_path}/up"; exit 75; }}\n{RIGHT}'
    )
    run = Watched(shop, tmp_path)
    assert run.run().code == 130
    assert run.kinds == ["server", "work"]


def test_a_stop_that_holds_is_waited_out_and_a_resume_begins(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)
    assert shop.run("stop").out.startswith("no run is on")
    run = Watched(shop, tmp_path, lambda: run.asks(Resume()))
    ended = run.run()
    assert (ended.code, ended.stamped, run.kinds) == (130, 1, ["held", "work"]), ended.said
    assert "runs may start again" in run.answer


def test_what_lies_in_the_way_is_looked_at_and_lands_once_it_is_gone(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)
    mine = shop.path / "D-1.txt"
    mine.write_text("mine\n")
    run = Watched(shop, tmp_path, mine.unlink, None)
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 1), ended.said
    assert run.kinds == ["folder", "work"]
    assert stops(shop) == ["way", "done"]


def test_a_command_while_it_sleeps_is_carried_out_and_what_it_released_is_worked_on(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED, worker=f'[ -e "{tmp_path}/can" ] || exit 1\n{RIGHT}')

    def retried() -> None:
        (tmp_path / "can").touch()
        run.asks(Retry("D-1"))

    run = Watched(shop, tmp_path, retried)
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 1), ended.said
    assert "D-1 is released anew" in run.answer
    refused = Watched(shop, tmp_path / "again", lambda: refused.asks(Replan("D-1")))
    assert refused.run().code == 130
    assert "D-1 is DONE" in refused.answer
    assert refused.kinds == ["work"]  # nothing came of it: it is the same sleep


def test_a_row_that_a_person_opens_again_is_worked_on(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED, worker=f'[ -e "{tmp_path}/can" ] || exit 1\n{RIGHT}')

    def opened() -> None:
        (tmp_path / "can").touch()
        shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("BLOCKED", "IN_PROGRESS")})

    ended = Watched(shop, tmp_path, opened).run()
    assert (ended.code, ended.stamped) == (130, 1), ended.said


# --- what a commit mends -----------------------------------------------------------------------------------


def test_a_broken_table_and_tickets_that_can_never_start_wait_for_the_next_commit(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two", settings=ZONED, planned=["D-2"])

    def edits(old: str, new: str) -> None:
        shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace(old, new)})

    def waits_for_a_planned_one() -> None:
        edits("SOON", "DONE")
        shop.release("D-3 Three | D-2")

    run = Watched(
        shop,
        tmp_path,
        lambda: edits("DONE", "SOON"),
        waits_for_a_planned_one,
        lambda: edits("PLANNED", "IN_PROGRESS"),
    )
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 3), ended.said
    assert run.kinds == ["work", "mended", "work", "work"]
    assert stops(shop) == ["done", "written", "stuck", "done"]
    assert "D_ROADMAP.md:5" in run.sleeps[1].why
    assert "D-3 waits for D-2, which is PLANNED" in run.sleeps[2].why


def test_settings_that_cannot_be_read_begin_nothing_until_they_are_mended(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)

    def broken() -> None:
        shop.commit({"ssot/factory.toml": "[factory]\ntimezone = 7\n"})
        run.clock.meanwhile = mended

    def mended() -> None:
        if len(run.clock.slept) % 9 == 0:
            shop.commit({"ssot/factory.toml": ZONED})
            shop.release("D-2 Two")
            run.clock.meanwhile = run._look

    run = Watched(shop, tmp_path, broken)
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 2), ended.said
    assert "until a commit on main mends that, nothing begins" in ended.said
    assert stops(shop) == ["done", "done"]


def test_a_main_that_turns_red_at_night_waits_for_the_commit_that_mends_it(make: Make, tmp_path: Path) -> None:
    strict = ZONED.replace(
        'regression = ["sh tools/regression.sh"]', 'regression = ["sh tools/regression.sh"]\nstrict_main = true'
    )
    shop = make("D-1 One", settings=strict)

    def red() -> None:
        shop.commit({"tools/regression.sh": "exit 1\n"})
        shop.release("D-2 Two")

    run = Watched(shop, tmp_path, red, lambda: shop.commit({"tools/regression.sh": "true\n"}))
    ended = run.run()
    assert (ended.code, ended.stamped) == (130, 2), ended.said
    assert run.kinds == ["work", "mended", "work"]
    assert stops(shop) == ["done", "main", "done"]


# --- what ends it ------------------------------------------------------------------------------------------


def test_what_is_wrong_when_it_is_typed_ends_it_at_once(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("IN_PROGRESS", "SOON")})
    answer = shop.run("run", "--forever")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "D_ROADMAP.md:5" in answer.err


def test_a_stop_ends_it_while_it_sleeps(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)
    run = Watched(shop, tmp_path, lambda: run.asks(Stop()))
    ended = run.run()
    assert (ended.code, ended.stamped, run.kinds) == (3, 1, ["work"]), ended.said
    assert "stopping after the running tickets" in run.answer
    assert shop.run("status", "--json").json["state"] == "READY"  # all was done; the next run needs no resume
    assert shop.run("run").code == 0


def test_a_ctrl_c_between_two_shifts_is_heard_by_the_second(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=ZONED)
    run = Watched(shop, tmp_path, lambda: shop.release("D-2 Two"))
    run.clock.opening = lambda: run.clock.stop() if run.kinds else None
    ended = run.run()
    assert (ended.code, ended.stamped, run.kinds) == (130, 1, ["work"]), ended.said
    assert states(shop) == {"D-1": "DONE", "D-2": "PENDING"}
    assert stops(shop) == ["done", "interrupted"]


def test_a_storm_of_failures_ends_it(make: Make, tmp_path: Path) -> None:
    rows = [f"D-{n} Ticket {n}" for n in range(1, 5)]
    shop = make(*rows, settings=ZONED + "\n[storm]\nfailures = 3\n", worker="exit 1\n")
    run = Watched(shop, tmp_path)
    ended = run.run()
    assert (ended.code, run.kinds) == (3, []), ended.said
    assert "storm guard" in ended.said
    assert stops(shop) == ["storm"]


def test_a_worker_that_a_person_must_mend_ends_it_when_all_else_is_done(make: Make, tmp_path: Path) -> None:
    two = ZONED + '\n[workers.gone]\nkind = "gemini"\n'
    shop = make("D-1 One", 'D-2 Two |  | ```toml\nworker = "gone"\n```', settings=two)
    run = Watched(shop, tmp_path)
    ended = run.run()
    assert (ended.code, ended.stamped, run.kinds) == (4, 1, []), ended.said
    assert stops(shop) == ["worker"], ended.said


# --- words -------------------------------------------------------------------------------------------------


def test_every_wait_has_its_situation_here_and_its_words_in_two_languages() -> None:
    told = set(re.findall(r'"(\w+)"', Path(__file__).read_text(encoding="utf-8")))
    assert set(WAITS) <= told
    assert all(wait.english and re.search("[가-힣]", wait.korean) for wait in WAITS.values())
    assert set(ENGLISH.waits_for) == set(KOREAN.waits_for) == set(WAITS)


def test_somebody_who_kept_moving_main_is_given_a_minute_then_two(make: Make) -> None:
    shop = make("D-1 One", settings=ZONED)
    with open_house(shop.path, {}) as house:
        ends = ShiftEnd(Exit.COULD_NOT_RUN, "", 0, 0, word=Moved("main keeps moving; try again"))
        waits = [between.after(house, ends, again) for again in (0, 1, 20)]
        now = house.clock.now()
    assert [wait.kind for wait in waits if wait] == ["moved"] * 3
    assert [round((wait.until or 0) - now, -1) for wait in waits if wait] == [60, 120, 4 * 3600]


def test_cards_of_a_later_day_end_the_wait_for_work_when_that_day_begins(make: Make) -> None:
    shop = make(
        "D-1 One",
        settings=ZONED,
        files={f"ssot/plans/dayplan_{day}.yaml": "" for day in (20261127, 20261202, 20261205)},
    )
    with open_house(shop.path, {}, clock=Sleepless(shop.path.parent, EVENING)) as house:
        wait = between.after(house, ShiftEnd(Exit.OK, "", 1, 0), 0)
    assert wait
    assert wait.until == dt.datetime(2026, 12, 2, tzinfo=SEOUL).timestamp()


def test_a_note_of_another_process_tells_nothing(make: Make) -> None:
    """A dead controller left it; the one that lives works."""
    shop = make("D-1 One", settings=ZONED)
    with Repo(shop.path) as repo, lock.hold(private_dir(repo)):
        with asleep(private_dir(repo), "work", 1.0):
            assert snapshot(shop.path, 2.0).sleep
            note = private_dir(repo) / "asleep.json"
            note.write_text(note.read_text().replace(f'"pid":{os.getpid()}', '"pid":1'))
            assert snapshot(shop.path, 2.0).sleep is None
        assert not note.exists()
