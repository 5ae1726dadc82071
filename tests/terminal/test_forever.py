"""`factory run --forever` as a process in a real terminal: a commit and a push of others, Ctrl-C, a shut window, a kill."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.sandbox.process import run
from tests.line.conftest import Shop
from tests.line.night import safe, second
from tests.terminal.conftest import Open
from tests.terminal.terminal import CTRL_C, PATIENCE, Terminal

Go = Callable[[], None]
WAITS = "it waits for new work: a commit on main"
PERSON = {
    f"GIT_{who}_{what}": f"p{at}" for who in ("AUTHOR", "COMMITTER") for what, at in (("NAME", ""), ("EMAIL", "@x"))
}


def git(where: Path, *words: str) -> None:
    """A git of another process, as a person types it."""
    done = run(["git", *words], cwd=where, env={**os.environ, **PERSON}, timeout=PATIENCE)
    assert done.code == 0, done.stderr


def more(where: Path, ticket: str) -> None:
    """A ticket more in a checkout's two tables, committed."""
    for name, row in (
        ("D_ROADMAP.md", f"| {ticket} | IN_PROGRESS | P2 | LOW | More |  |\n"),
        ("AC_LEDGER.md", f"| AC-{ticket}-1 | {ticket} | it is right | `grep -q right {ticket}.txt` | OPEN |  |\n"),
    ):
        with (where / name).open("a", encoding="utf-8") as table:
            table.write(row)
    git(where, "commit", "-qam", f"release {ticket}")


def sleeps(terminal: Terminal, times: int = 1) -> None:
    terminal.until(lambda: terminal.screen.count(WAITS) == times, f"sleep {times}")


def test_what_others_commit_and_push_is_worked_on_and_its_sleep_is_told(
    opened: Open, shop: Shop, go: Go, tmp_path: Path
) -> None:
    with opened("run", "--forever") as terminal:
        go()
        sleeps(terminal)
        told = shop.run("status", "--json").json
        assert told["state"] == "RUNNING"
        assert (told["sleep"]["for"], told["sleep"]["until"]) == ("work", None)
        assert told["sleep"]["since"].endswith("+09:00")
        assert shop.run("status").out.startswith(f"RUNNING: {WAITS}\n")
        english, _, korean = shop.run("report").out.partition("## 한국어")
        assert f"A run is on: {WAITS}." in english
        assert "실행 중입니다. 새 일, 곧 main의 새 커밋을 기다립니다." in korean
        more(shop.path, "D-3")
        sleeps(terminal, 2)
        shop.git("config", "receive.denyCurrentBranch", "updateInstead")
        git(tmp_path, "clone", "-q", str(shop.path), "theirs")
        more(tmp_path / "theirs", "D-4")
        git(tmp_path / "theirs", "push", "-q", "origin", "main")
        sleeps(terminal, 3)
        assert second(shop, "run").code == 4  # one controller a repository
        assert second(shop, "stop").stdout.decode().endswith("stopping after the running tickets\n")
        assert terminal.ends() == 3
        assert "4 stamped, 0 attempts failed; stopped by the operator" in terminal.screen
    assert shop.run("status", "--json").json["state"] == "READY"
    assert "sleep" not in shop.run("status", "--json").json
    safe(shop)


def ctrl_c(terminal: Terminal) -> None:
    terminal.type(CTRL_C)


def shut(terminal: Terminal) -> None:
    terminal.close()


def killed(terminal: Terminal) -> None:
    terminal.child.terminate()


@pytest.mark.parametrize("end", [ctrl_c, shut, killed])
def test_a_key_a_shut_window_and_a_polite_kill_end_its_sleep_at_once(
    end: Callable[[Terminal], None], opened: Open, shop: Shop, go: Go
) -> None:
    with opened("run", "--forever") as terminal:
        go()
        sleeps(terminal)
        tip = shop.git("rev-parse", "factory/ledger")
        end(terminal)
        assert terminal.ends() == 130
    assert shop.git("rev-parse", "factory/ledger") == tip
    assert shop.run("status", "--json").json["state"] == "READY"
    safe(shop)


def test_a_kill_while_it_sleeps_loses_nothing_and_the_next_run_goes_on(opened: Open, shop: Shop, go: Go) -> None:
    with opened("run", "--forever") as terminal:
        go()
        sleeps(terminal)
        os.kill(terminal.child.pid, signal.SIGKILL)
        assert terminal.ends() == -signal.SIGKILL
    found = shop.run("status", "--json").json
    assert (found["state"], "sleep" in found) == ("READY", False)
    more(shop.path, "D-3")
    assert shop.run("run").code == 0
    safe(shop)
