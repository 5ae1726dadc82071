"""An operator's commands and signals, with a run on and without one: always safe, and the next run goes on."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import RIGHT, Shop, criteria
from tests.line.night import FAST, SLOW, running, safe, second

Make = Callable[..., Shop]
TWO = ("D-1 One", "D-2 Two | D-1")
APART = ('D-1 One |  | ```toml\nmodify = ["D-1.txt"]\n```', 'D-2 Two |  | ```toml\nmodify = ["D-2.txt"]\n```')


@pytest.fixture
def go(tmp_path: Path) -> Path:
    return tmp_path / "go"


@pytest.fixture
def slow(make: Make, go: Path) -> Callable[..., Shop]:
    """A shop whose worker waits at D-1."""

    def build(*rows: str) -> Shop:
        return make(*rows, worker=SLOW.replace("@GO@", str(go)), settings=FAST)

    return build


def counts(shop: Shop) -> dict[str, int]:
    found = shop.run("status", "--json").json["counts"]
    return {name: n for name, n in found.items() if n}


def events(shop: Shop) -> list[str]:
    return [s.split(":")[0] for s in reversed(shop.subjects("factory/ledger"))]


# --- stop, resume ----------------------------------------------------------------------------------------


def test_resume_lifts_a_stop_that_still_waits_for_the_running_ticket(slow: Make, go: Path) -> None:
    shop = slow(*TWO)
    with running(shop, go) as run:
        assert second(shop, "stop").code == 0
        assert b"the run goes on" in second(shop, "resume").stdout
        run.let_go()
        assert run.ends() == 0
    assert counts(shop) == {"DONE": 2}
    safe(shop)


def test_without_a_run_stop_holds_the_next_one_until_resume(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert "until `factory resume`" in shop.run("stop").out
    for _ in range(2):  # a refused run does not lift it
        held = shop.run("run")
        assert held.code == 3
        assert "`factory resume` lifts it" in held.err
    assert shop.run("status", "--json").json["state"] == "RECOVERABLE"
    assert "start" not in " ".join(events(shop))
    assert shop.run("resume").code == 0
    assert shop.run("status", "--json").json["state"] == "READY"
    assert shop.run("run").code == 0
    safe(shop)


def test_a_stop_before_the_first_run_does_not_hide_what_was_done_before_the_factory(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)
    shop.commit({
        "D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("D-1 | IN_PROGRESS", "D-1 | DONE"),
        "AC_LEDGER.md": criteria("D-2"),
    })  # fmt: skip
    assert shop.run("stop").code == 0
    assert shop.run("resume").code == 0
    assert shop.run("run").code == 0
    assert counts(shop) == {"DONE": 1}


# --- cancel, retry, replan -------------------------------------------------------------------------------


def test_cancel_takes_a_waiting_ticket_off_the_line_with_and_without_a_run(slow: Make, go: Path) -> None:
    shop = slow(*TWO, "D-3 Three | D-1")
    assert shop.run("cancel", "D-3").code == 0
    with running(shop, go) as run:
        assert second(shop, "cancel", "D-2").code == 0
        run.let_go()
        assert run.ends() == 1
    assert counts(shop) == {"DONE": 1, "BLOCKED": 2}
    safe(shop)
    refused = shop.run("cancel", "D-2")
    assert refused.code == 2
    assert "D-2 is BLOCKED, and only what waits or is worked on can be cancelled" in refused.err
    assert "`factory retry D-2` releases it anew" in refused.err


def test_a_ticket_that_a_person_takes_off_the_line_while_it_runs_is_not_stamped(slow: Make, go: Path) -> None:
    shop = slow("D-1 One")
    with running(shop, go) as run:
        shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("IN_PROGRESS", "PLANNED")})
        run.let_go()
        run.ends()
    assert not any(s.startswith("stamp(") for s in shop.subjects())
    assert "killed(D-1" in " ".join(events(shop))
    safe(shop)
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("PLANNED", "IN_PROGRESS")})
    assert shop.run("run").code == 0
    assert counts(shop) == {"DONE": 1}


def test_replan_forgets_what_failed_with_and_without_a_run(slow: Make, go: Path) -> None:
    shop = slow(*TWO)
    with running(shop, go) as run:
        refused = second(shop, "replan", "D-1")  # in flight
        assert refused.code == 2
        assert b"D-1 is INFLIGHT, and only a waiting ticket is planned anew" in refused.stderr
        assert b"or `factory cancel D-1` ends it" in refused.stderr
        assert second(shop, "replan", "D-2").code == 0
        run.let_go()
        assert run.ends() == 0
    assert "replan(D-2)" in " ".join(events(shop))
    safe(shop)


def test_replan_without_a_run_makes_the_next_plan_from_nothing(make: Make) -> None:
    worker = 'grep -q \'"triage"\' "$FACTORY_PLAN" && exit 9; [ -e ok ] && echo right > D-1.txt || echo no > D-1.txt\n'
    shop = make("D-1 One", worker=worker, settings=FAST)
    assert shop.run("run", "--once").code == 3
    assert shop.run("status", "--json").json["tickets"]["D-1"]["attempts"] == 1
    shop.commit({"ok": "ok\n"})
    assert shop.run("replan", "D-1").code == 0
    assert shop.run("run").code == 0
    safe(shop)


# --- rewind ----------------------------------------------------------------------------------------------


def test_rewind_takes_a_stamp_back_and_the_next_run_does_it_again(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    assert shop.run("rewind", "D-1").code == 0
    assert shop.subjects()[0].startswith("rewind(D-1)")
    assert counts(shop) == {"PENDING": 1}
    guard = shop.read("budget_guard.json", "factory/ledger")
    assert '"last_success_order_id": null' in guard
    safe(shop)
    assert shop.run("run").code == 0
    safe(shop)


def test_rewind_refuses_where_later_stamps_build_on_it_unless_told(make: Make) -> None:
    shop = make(*TWO, settings=FAST)
    assert shop.run("run").code == 0
    refused = shop.run("rewind", "D-1")
    assert refused.code == 2
    assert "D-2 build on D-1" in refused.err
    assert counts(shop) == {"DONE": 2}
    assert shop.run("rewind", "D-1", "--with-dependents").code == 0
    assert [s.split(":")[0] for s in shop.subjects()[:2]] == ["rewind(D-1)", "rewind(D-2)"]
    assert counts(shop) == {"PENDING": 2}
    safe(shop)
    assert shop.run("run").code == 0


def test_rewind_refuses_what_was_changed_since_and_changes_nothing(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    main = shop.commit({"D-1.txt": "a person's own words\n"})
    refused = shop.run("rewind", "D-1")
    assert refused.code == 2
    assert "D-1.txt was changed since" in refused.err
    assert shop.main() == main
    safe(shop)


def test_rewind_while_a_run_is_on(slow: Make, go: Path) -> None:
    shop = slow(*APART)
    with running(shop, go) as run:
        run.until(lambda: run.state("D-2") == "DONE", "the second ticket's stamp")
        assert second(shop, "rewind", "D-2").code == 0
        run.let_go()
        assert run.ends() == 0
    subjects = shop.subjects()
    assert sum(s.startswith("rewind(D-2)") for s in subjects) == 1
    assert sum(s.startswith("stamp(D-2)") for s in subjects) == 2
    assert counts(shop) == {"DONE": 2}
    safe(shop)


# --- signals ---------------------------------------------------------------------------------------------


def test_a_command_to_a_controller_that_ends_first_is_carried_out_all_the_same(slow: Make, go: Path) -> None:
    shop = slow(*TWO)
    from factory.line import inbox
    from factory.line.steering import Cancel

    with running(shop, go) as run:
        asked = inbox.hand_over(shop.path / ".git" / "factory", Cancel("D-2"))
        run.send(signal.SIGKILL)
        run.ends()
        said = inbox.wait_for(shop.path / ".git" / "factory", asked)
    assert said is None or said.text.startswith("D-2 is off the line")
    assert not asked.exists()


def test_a_second_run_is_refused_by_name(slow: Make, go: Path) -> None:
    shop = slow("D-1 One")
    with running(shop, go) as run:
        refused = second(shop, "run")
        assert refused.code == 4
        assert f"pid {run.child.pid}".encode() in refused.stderr
        run.let_go()
        assert run.ends() == 0
    safe(shop)


def test_a_rewind_takes_back_what_builds_on_it_and_not_what_shares_a_changelog(make: Make) -> None:
    """D-2 names D-1; D-3 writes its own line; D-4 changes the line that D-1 wrote in text.txt."""
    lines = 'echo "- $FACTORY_TICKET" >> CHANGELOG.md\n'
    lib = '[ "$FACTORY_TICKET" != D-1 ] || echo one > text.txt\n[ "$FACTORY_TICKET" != D-4 ] || echo four > text.txt\n'
    files = {"CHANGELOG.md": "# Changes\n"}
    shop = make("D-1 One", "D-3 Three", "D-2 Two | D-1", "D-4 Four", worker=RIGHT + lines + lib, files=files)
    assert shop.run("run").code == 0
    assert shop.read("CHANGELOG.md") == "# Changes\n- D-1\n- D-3\n- D-4\n- D-2\n"
    told = shop.run("rewind", "D-1")
    assert (told.code, told.err.split("; ")[0]) == (2, "factory: D-2, D-4 build on D-1")
    assert shop.run("rewind", "D-4").code == 0
    assert shop.run("rewind", "D-2").code == 0
    assert shop.run("rewind", "D-1").code == 0
    assert shop.read("CHANGELOG.md") == "# Changes\n- D-3\n"
    assert shop.git("status", "--porcelain") == ""
    assert shop.run("verify").code == 0
