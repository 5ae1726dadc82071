"""A night that tells somebody: which messages go out, how many, and what they say."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.git import lock
from factory.git.ledger import Ledger
from factory.line import shift
from factory.model import Event
from factory.notices import herald, post, sending
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, SLOW, running
from tests.night.quick import night
from tests.notices.conftest import Ear, settings

Make = Callable[..., Shop]
WRONG = "exit 3\n"
CALM = "\n[storm]\nfailures = 99\nbox_failures = 99\n[caps]\nattempts = 1\n"
ALL_BUT_ALERTS = '["stopped", "blocked", "storm", "budget", "waits", "finished"]'


def notices(shop: Shop) -> list[str]:
    """The ledger's words on what was told."""
    return [line for line in shop.subjects("factory/ledger") if line.startswith("notice")]


def test_a_run_that_is_finished_says_so_with_its_counts(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", "D-2 Another", settings=settings(ear.url))
    assert shop.run("run").code == 0
    [told] = ear.heard()
    assert (told.event, told.urgency, told.title) == ("finished", "P3", "shop: the run is finished")
    assert told.text.splitlines() == [
        "Everything that could be done was done. In this run: 2 stamped, 0 failed attempts.",
        "What to do: nothing.",
        "To read: factory-out/today.md",
    ]


def test_a_run_with_nothing_to_do_and_one_that_told_it_already_are_silent(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", settings=settings(ear.url))
    for _ in range(3):
        assert shop.run("run").code == 0
    assert ear.events() == ["finished"]
    assert notices(shop) == ["notice: shop: the run is finished"]


def test_a_factory_that_speaks_korean_does_so_here_too(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", settings=settings(ear.url) + '\n[factory]\nlanguage = "ko"\n')
    shop.run("run")
    [told] = ear.heard()
    assert told.title == "shop: 실행이 끝났습니다"
    assert told.text.splitlines()[-1] == "볼 곳: factory-out/today.ko.md"


def test_without_a_receiver_the_ledger_holds_no_word_of_it(make: Make) -> None:
    shop = make("D-1 A ticket")
    assert shop.run("run").code == 0
    assert notices(shop) == []


def test_ten_tickets_that_fail_alike_are_one_message_that_counts_them(make: Make, ear: Ear) -> None:
    rows = [f"D-{n} A ticket" for n in range(1, 11)]
    shop = make(*rows, worker=WRONG, settings=settings(ear.url, ALL_BUT_ALERTS, CALM))
    assert shop.run("run").code == 1
    blocked, finished = ear.heard()
    assert (blocked.event, blocked.title) == ("blocked", "shop: 10 are BLOCKED for the same reason")
    what, todo, look = blocked.text.splitlines()
    assert what == (
        "D-1, D-2, D-3, D-4, D-5, D-6 and 4 more. The worker itself broke down. (the worker ended with exit code 3)"
    )
    assert todo.startswith("What to do: `factory log D-1` shows what was tried.")
    assert look == "To read: factory-out/today.md"
    assert "BLOCKED in it: D-1, D-2, D-3, D-4, D-5, D-6 and 4 more." in finished.text


def test_two_causes_are_two_messages_and_one_ticket_is_named(make: Make, ear: Ear) -> None:
    worker = '[ "$FACTORY_TICKET" = D-1 ] && exit 3; [ "$FACTORY_TICKET" = D-2 ] && exit 0\n' + RIGHT
    more = settings(ear.url, '["blocked"]', CALM)
    make("D-1 A ticket", "D-2 Another", "D-3 A third", worker=worker, settings=more).run("run")
    assert [told.title for told in ear.heard()] == ["shop: D-1 is BLOCKED", "shop: D-2 is BLOCKED"]


def test_a_storm_is_one_message_with_what_it_blocked(make: Make, ear: Ear) -> None:
    rows = [f"D-{n} A ticket" for n in range(1, 7)]
    shop = make(*rows, worker=WRONG, settings=settings(ear.url, ALL_BUT_ALERTS))
    assert shop.run("run").code == 3
    [told] = ear.heard()
    assert (told.event, told.urgency) == ("storm", "P1")
    assert "failed in a row" in told.text
    assert "BLOCKED in it: D-" in told.text
    assert "mend what the reason names, then `factory run`" in told.text


def test_who_hears_of_blocked_tickets_alone_hears_of_a_storms(make: Make, ear: Ear) -> None:
    rows = [f"D-{n} A ticket" for n in range(1, 7)]
    make(*rows, worker=WRONG, settings=settings(ear.url, '["blocked"]')).run("run")
    assert ear.events() == ["storm"]


def test_what_keeps_a_ticket_is_told_once_where_the_run_goes_on_and_where_it_ends_by_it(make: Make, ear: Ear) -> None:
    lacking = '\n[workers.other]\nkind = "gemini"\n'
    rows = ("D-1 A ticket", 'D-2 Another | | \n```toml\nworker = "other"\n```\n')
    shop = make(*rows, settings=settings(ear.url, ALL_BUT_ALERTS, lacking))
    assert shop.run("run").code == 4
    [told] = ear.heard()  # it ends by what D-2 waits for: one message, not two
    assert told.event == "stopped"
    assert "no key for" in told.text
    assert shop.run("run").code == 4
    assert len(ear.heard()) == 1


def test_what_keeps_a_ticket_is_told_where_the_run_ends_by_something_else(make: Make, ear: Ear) -> None:
    lacking = '\n[workers.other]\nkind = "gemini"\n'
    rows = ("D-1 A ticket", 'D-2 Another | | \n```toml\nworker = "other"\n```\n', "D-3 A third")
    shop = make(*rows, settings=settings(ear.url, ALL_BUT_ALERTS, lacking))
    assert shop.run("run", "--once").code == 3
    waits, finished = ear.heard()
    assert (waits.event, waits.title) == ("waits", "shop: D-2 waits for a person")
    assert "What keeps it, and nothing failed by it: worker other: no key for" in waits.text
    assert finished.event == "finished"


def test_a_file_in_the_way_is_one_message(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", settings=settings(ear.url, ALL_BUT_ALERTS))
    (shop.path / "D-1.txt").write_text("mine")
    assert shop.run("run").code == 3
    [told] = ear.heard()
    assert told.event == "stopped"
    assert "D-1.txt" in told.text


def test_who_hears_of_what_waits_alone_hears_of_a_run_that_ended_by_it(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", settings=settings(ear.url, '["waits"]'))
    (shop.path / "D-1.txt").write_text("mine")
    shop.run("run")
    assert ear.events() == ["stopped"]


def test_a_budget_that_is_nearly_used_up_is_told_once_a_day(make: Make, ear: Ear) -> None:
    more = "\n[budget]\ndaily_calls = 1\n"
    shop = make("D-1 A ticket", "D-2 Another", settings=settings(ear.url, '["budget"]', more))
    shop.run("run")
    told = ear.heard()
    assert told[0].title == "shop: the day's budget is nearly used up"
    assert "80 % of a cap of the day is used: 1 call of 1 call used today." in told[0].text
    count = len(told)
    shop.run("run")
    assert sum("nearly" in one.title for one in ear.heard()) == 1
    assert count <= len(ear.heard()) <= count + 1


def test_numbers_beyond_their_thresholds_are_told_by_priority(make: Make, ear: Ear) -> None:
    shop = make(
        "D-1 A ticket", worker=WRONG, settings=settings(ear.url, '["alert:P1"]', CALM + "[kpi]\nretries_max = 0\n")
    )
    shop.run("run")
    assert [told.title for told in ear.heard()] == ["shop: alert P1: success_rate"]
    shop.run("run")
    assert len(ear.heard()) == 1


def test_looking_and_a_dry_run_send_nothing(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", worker=WRONG, settings=settings(ear.url, "", CALM))
    for words in (("dry",), ("status",), ("report",), ("kpi",), ("log",), ("workers",)):
        shop.run(*words)
    assert ear.heard() == []


# --- while the run is on ---------------------------------------------------------------------------------


def test_a_word_goes_out_while_the_run_works_on(make: Make, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "BEAT", 0.0)
    monkeypatch.setattr(herald, "GATHER", 0.0)
    worker = '[ "$FACTORY_TICKET" = D-1 ] && exit 3\nsleep 1\n' + RIGHT
    shop = make("D-1 A ticket", "D-2 Another", worker=worker, settings=settings(ear.url, ALL_BUT_ALERTS, CALM))
    assert shop.run("run").code == 1
    names = [line.partition(":")[0] for line in shop.subjects("factory/ledger")]
    assert ear.events() == ["blocked", "finished"]
    assert names.index("stamped(D-2#1)") < names.index("notice(D-1)")  # newest first


def test_a_run_that_sleeps_tells_all_of_it_first(make: Make, ear: Ear, tmp_path: Path) -> None:
    """A server says `later` at D-2; what waits for others of its kind would wait for all of the sleep."""
    later = f"[ -e {tmp_path}/again ] || {{ touch {tmp_path}/again; exit 75; }}\n"
    worker = f'[ "$FACTORY_TICKET" = D-1 ] && exit 3\n{later}{RIGHT}'
    shop = make("D-1 A ticket", "D-2 Another", worker=worker, settings=settings(ear.url, ALL_BUT_ALERTS, CALM))
    told = list[list[str]]()
    found = night(shop, tmp_path / "slept", meanwhile=lambda: told.append(notices(shop)))
    assert found.code == 1
    assert told[0] == ["notice(D-1): shop: D-1 is BLOCKED"]


# --- receivers that do not do it -------------------------------------------------------------------------


def test_a_receiver_that_hangs_is_ended_with_the_run(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post.Post.end, "__defaults__", (0.2,))
    slow = tmp_path / "slow.sh"
    slow.write_text("#!/bin/sh\necho $$ > " + str(tmp_path / "pid") + "\nexec sleep 600\n")
    slow.chmod(0o755)
    shop = make("D-1 A ticket", settings=settings(f"command:{slow}"))
    done = shop.run("run")
    assert done.code == 0
    assert "no word to phone: it was not done when the run ended" in done.out
    if (tmp_path / "pid").exists():  # it may not have come as far as that
        assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    assert shop.subjects("factory/ledger")[0] == "unsent: messages that did not go out: 1"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("command:/nowhere/at-all", "its program is not there"),
        ("command:false", "its program ended with exit code 1"),
        ("env:NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE is not set"),
    ],
)
def test_a_receiver_that_fails_is_a_line_and_a_count(make: Make, url: str, why: str) -> None:
    shop = make("D-1 A ticket", settings=settings(url))
    done = shop.run("run")
    assert done.code == 0
    assert f"no word to phone: {why}" in done.out
    assert shop.run("log", "--limit", "1").out.rstrip().endswith("messages that did not go out: 1")
    assert "Messages that did not go out today: 1." in shop.run("report").out


def test_without_the_extra_it_is_one_line(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "find_spec", lambda _: None)
    shop = make("D-1 A ticket", settings=settings("json://127.0.0.1:9/a"))
    done = shop.run("run")
    assert done.code == 0
    [line] = [line for line in done.out.splitlines() if "no word" in line]
    assert line.endswith("no word to phone: apprise is not installed: pip install 'stampmill[console]'")


def test_two_receivers_each_hear_what_they_asked_for(make: Make, ear: Ear, tmp_path: Path) -> None:
    other = tmp_path / "other"
    two = (
        settings(ear.url, '["blocked"]', CALM)
        + f"desk = {{url = 'command:cp /dev/stdin {other}', events = ['finished']}}\n"
    )
    make("D-1 A ticket", worker=WRONG, settings=two).run("run")
    assert ear.events() == ["blocked"]
    assert other.read_text().startswith("shop: the run is finished\n")


# --- kills -----------------------------------------------------------------------------------------------


def test_what_a_killed_run_had_not_told_is_told_once_by_the_next(make: Make, ear: Ear, tmp_path: Path) -> None:
    """D-2 is BLOCKED, and the run is killed before a word went out; then it goes on, and a third run repeats nothing."""
    go = tmp_path / "go"
    worker = '[ "$FACTORY_TICKET" = D-2 ] && exit 3\n' + SLOW.replace("@GO@", str(go))
    fast = FAST + CALM + f'\n[notify]\nphone = {{url = "{ear.url}", events = {ALL_BUT_ALERTS}}}\n'
    rows = [f'D-{n} A ticket | | ```toml\nmodify = ["D-{n}.txt"]\n```' for n in (1, 2)]
    shop = make(*rows, worker=worker, settings=fast)
    with running(shop, go) as run:
        run.until(lambda: run.state("D-2") == "BLOCKED", "D-2 BLOCKED")
        run.child.kill()
        run.ends()
        run.until(lambda: not lock.holder(shop.path / ".git" / "factory"), "the end of all that it had begun")
    assert ear.heard() == []
    go.touch()
    assert shop.run("run").code == 1
    assert ear.events() == ["blocked", "finished"]
    assert shop.run("run").code == 1
    assert ear.events() == ["blocked", "finished"]


def test_a_kill_after_it_was_booked_sends_nothing_twice(make: Make, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make("D-1 A ticket", worker=WRONG, settings=settings(ear.url, '["blocked"]', CALM))
    monkeypatch.setattr(post.Post, "put", lambda *_: None)  # as if the process had ended there
    shop.run("run")
    monkeypatch.undo()
    assert ear.heard() == []
    shop.run("run")
    assert ear.heard() == []  # at most once: a message may be lost, and is never repeated


def test_the_same_stop_is_told_anew_once_main_has_moved(make: Make, ear: Ear) -> None:
    shop = make("D-1 A ticket", settings=settings(ear.url, '["stopped"]'), regression="exit 127\n")
    assert shop.run("run").code == 4
    shop.run("run")
    assert ear.events() == ["stopped"]
    shop.commit({"README.md": "another\n"})
    shop.run("run")
    assert ear.events() == ["stopped", "stopped"]


def test_a_full_disk_is_told_though_nothing_can_be_booked(
    make: Make, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Ledger.append

    def full(ledger: Ledger, event: Event, *given: Any, **more: Any) -> str:
        if event.name in ("stop", "notice", "unsent"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return append(ledger, event, *given, **more)

    worker = '[ "$FACTORY_TICKET" = D-1 ] && exit 3\n' + RIGHT
    shop = make("D-1 A ticket", "D-2 Another", worker=worker, settings=settings(ear.url, ALL_BUT_ALERTS, CALM))
    monkeypatch.setattr(Ledger, "append", full)
    done = shop.run("run")
    assert done.code == 4
    assert ear.events() == ["blocked", "finished", "stopped"]
    assert "No space left on device" in ear.heard()[-1].text
