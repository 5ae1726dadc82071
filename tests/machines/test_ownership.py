"""A repository that belongs to another user: one line with git's own remedy, and the remedy works."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from factory.git import repo
from factory.git.git_environment import environment
from tests.line.conftest import Shop

Make = Callable[..., Shop]
COMMANDS = (
    "init", "run", "dry", "status", "gate", "doctor", "fast", "regression", "guard", "docops", "submit D-1", "verify",
    "evidence_check", "audit D-1", "rewind D-1", "cancel D-1", "retry D-1", "replan D-1", "stop", "resume", "report",
    "log", "kpi", "workers", "scan",
)  # fmt: skip


def anothers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository is another user's now: in truth for root, and as git's own tests pretend it for anybody else."""
    if os.getuid() == 0:
        for folder, _, files in os.walk(shop.path):
            for name in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(name, 61617, 61617, follow_symlinks=False)
        return

    def pretended(theirs: bool = False, trusted: Iterable[str] = ()) -> dict[str, str]:
        return {**environment(theirs, trusted), "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}

    monkeypatch.setattr(repo, "environment", pretended)


@pytest.fixture
def shop(make: Make, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = make("D-1 A ticket", "D-2 Another")
    assert "1 stamped" in shop.run("run", "--tickets", "1").out
    anothers(shop, monkeypatch)
    return shop


def files(at: Path) -> list[str]:
    return sorted(str(path) for path in at.rglob("*"))


def test_every_command_says_so_in_one_line_with_gits_own_remedy(shop: Shop) -> None:
    before = files(shop.path)
    for command in COMMANDS:
        done = shop.run(*command.split())
        assert (done.code, done.out) == (2, ""), (command, done)
        assert done.err == (
            f"factory: {shop.path}: this repository belongs to another user; run as its owner, or say that you trust "
            f"it: `git config --global --add safe.directory {shop.path}`\n"
        ), command
    assert files(shop.path) == before


def test_the_remedy_works(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    words = shlex.split(shop.run("status").err.rstrip("`\n").rpartition("`")[2])
    subprocess.run(words, cwd=tmp_path, check=True)
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0
    assert shop.run("gate").code == 0
    assert shop.git("status", "--porcelain") == ""
    done = Shop(shop.path / "tools", shop.run)
    assert done.git("rev-parse", "--show-prefix") == "tools/\n"


def test_what_git_trusts_elsewhere_makes_no_repository_trusted(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gitconfig").write_text("[safe]\n\tdirectory = /somewhere/else\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert shop.run("status").code == 2
