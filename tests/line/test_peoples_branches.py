"""A person's branches are theirs, whatever they are named; an attempt lives where no branch does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.repo import Repo
from factory.line.recover import sweep_locks
from tests.git.conftest import put
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, SLOW, running

Make = Callable[..., Shop]
THEIRS = "factory/D-1/1"
ATTEMPT = "refs/factory/attempts/D-1/1"


def branch(shop: Shop, *, merged: bool = False, name: str = THEIRS) -> str:
    """A person's branch, with a commit of theirs or at main's; the commit that it stands at."""
    shop.git("branch", "-q", name, "main")
    if merged:
        return shop.main()
    with Repo(shop.path) as repo:
        return put(repo, {"theirs.txt": b"work of a person\n"}, "a person's work", ref=f"refs/heads/{name}")


def untouched(shop: Shop, at: str) -> None:
    """Their branch stands where it stood, and the run's own things are in order."""
    assert shop.git("rev-parse", f"refs/heads/{THEIRS}").strip() == at
    assert shop.git("for-each-ref", "--format=%(refname)", "refs/factory") == ""
    assert shop.run("verify").code == 0


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("where", ["nowhere", "in the checkout", "in a linked worktree"])
def test_a_run_leaves_a_branch_with_an_attempts_name_alone(
    make: Make, tmp_path: Path, where: str, merged: bool
) -> None:
    shop = make("D-1 One", settings=FAST)
    at = branch(shop, merged=merged)
    if where == "in the checkout":
        shop.git("switch", "-q", THEIRS)
    if where == "in a linked worktree":
        shop.git("worktree", "add", "-q", str(tmp_path / "linked"), THEIRS)
    assert shop.run("run").code == 0
    untouched(shop, at)
    assert shop.run("run").code == 0  # what is left is cleaned at the start of a run
    untouched(shop, at)
    assert shop.git("status", "--porcelain") == ""


@pytest.mark.parametrize("merged", [False, True])
def test_recovery_after_a_kill_takes_no_branch_of_a_person_for_the_attempt(
    make: Make, tmp_path: Path, merged: bool
) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    at = branch(shop, merged=merged)
    killed(shop, go)
    plan = shop.git("rev-parse", ATTEMPT).strip()
    go.touch()
    assert shop.run("run").code == 0
    untouched(shop, at)
    assert kept(shop) == plan


def test_an_attempt_that_an_older_version_left_on_a_branch_is_kept(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    killed(shop, go)
    plan = shop.git("rev-parse", ATTEMPT).strip()
    shop.git("update-ref", f"refs/heads/{THEIRS}", plan)
    shop.git("update-ref", "-d", ATTEMPT)
    go.touch()
    assert shop.run("run").code == 0
    untouched(shop, plan)
    assert kept(shop) == plan


def test_a_person_who_built_on_an_old_attempt_keeps_the_branch_to_themselves(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    killed(shop, go)
    shop.git("update-ref", f"refs/heads/{THEIRS}", ATTEMPT)
    shop.git("update-ref", "-d", ATTEMPT)
    shop.git("switch", "-q", THEIRS)
    shop.git("-c", "user.name=P", "-c", "user.email=p@x", "commit", "-q", "--allow-empty", "-m", "mine")
    at = shop.git("rev-parse", "HEAD").strip()
    go.touch()
    assert shop.run("run").code == 0
    untouched(shop, at)
    assert kept(shop) == ""


def killed(shop: Shop, go: Path) -> None:
    """A run that is killed while its worker works at D-1."""
    with running(shop, go) as run:
        run.send(signal.SIGKILL)
        assert run.ends() == -signal.SIGKILL


def kept(shop: Shop) -> str:
    """The commit of the killed attempt that the ledger holds."""
    parents = shop.git("log", "--first-parent", "-1", "--format=%P", "--grep=^killed(D-1", "factory/ledger").split()
    return parents[1] if len(parents) > 1 else ""


def test_a_ticket_that_is_blocked_and_tried_again_moves_no_branch(make: Make) -> None:
    once = FAST + "\n[caps]\nattempts = 1\n"
    shop = make("D-1 One", settings=once, worker='[ "$FACTORY_ATTEMPT" = 1 ] && exit 1\n' + RIGHT)
    at = branch(shop)
    assert shop.run("run").code == 1
    untouched(shop, at)
    assert shop.run("retry", "D-1").code == 0
    assert shop.run("run").code == 0
    untouched(shop, at)


def test_a_branch_with_an_attempts_name_can_be_submitted_and_stays(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    shop.git("branch", "-q", THEIRS, "main")
    with Repo(shop.path) as repo:
        at = put(repo, {"D-1.txt": b"right\n"}, "by hand", ref=f"refs/heads/{THEIRS}")
    said = shop.run("submit", "D-1", "--branch", THEIRS)
    assert said.code == 0, said
    untouched(shop, at)


@pytest.mark.parametrize("name", ["factory", "factory/ledger/x"])
@pytest.mark.parametrize("command", ["run", "stop"])
def test_a_branch_where_the_ledger_must_be_is_one_line_that_names_it(make: Make, name: str, command: str) -> None:
    shop = make("D-1 One", settings=FAST)
    shop.git("branch", "-q", name, "main")
    said = shop.run(command)
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert f"git branch -m {name} OTHER-NAME" in said.err
    shop.git("branch", "-q", "-m", name, "other")
    assert shop.run("run").code in (0, 3)


def test_a_dead_runs_locks_go_and_a_persons_stay(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    refs = shop.path / ".git" / "refs"
    ours = [refs / "heads/factory/ledger.lock", refs / "factory/attempts/D-1/1.lock"]
    theirs = refs / "heads" / f"{THEIRS}.lock"
    for lock in (*ours, theirs):
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    pid = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(pid, 0)
    with Repo(shop.path) as repo:
        assert sorted(sweep_locks(repo, pid)) == sorted(ours)
    assert theirs.exists()
