"""A git that is too old, broken or not there is one line, before anything is done with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop

Make = Callable[..., Shop]
COMMANDS = ("run", "status", "verify", "gate", "guard", "guard --staged", "init", "dry", "report", "log", "stop")


def git_that_says(folder: Path, text: str, code: int = 0) -> str:
    """A PATH whose git says only this, whatever it is asked."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\necho '{text}'\nexit {code}\n")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("text", "version"),
    [("git version 2.20.1", "2.20"), ("git version 2.37.9.windows.1", "2.37"), ("git version 1.8.3.1", "1.8"),
     ("git version 2.30.1 (Apple Git-130)", "2.30")],
)  # fmt: skip
def test_a_git_that_is_too_old_is_one_line(
    make: Make, tmp_path: Path, text: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make("D-1 A ticket")
    monkeypatch.setenv("PATH", git_that_says(tmp_path / "bin", text))
    for command in COMMANDS:
        done = shop.run(*command.split())
        assert (done.code, done.out) == (4, ""), (command, done)
        assert done.err == f"factory: git {version} is too old; install git 2.38 or newer\n"
    assert not (shop.path / "justfile").exists()


@pytest.mark.parametrize(("text", "code"), [("", 0), ("what?", 0), ("", 127)])
def test_a_git_that_does_not_say_what_it_is_is_one_line(
    make: Make, tmp_path: Path, text: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make("D-1 A ticket")
    monkeypatch.setenv("PATH", git_that_says(tmp_path / "bin", text, code))
    done = shop.run("status")
    assert (done.code, done.out) == (4, "")
    assert done.err == "factory: git is not installed, or not on PATH; install git 2.38 or newer\n"


@pytest.mark.parametrize("text", ["git version 2.38", "git version 2.40.rc1", "git version 3.0.0"])
def test_a_newer_git_is_taken(make: Make, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its distribution writes behind the number."""
    shop = make("D-1 A ticket")
    real = shutil.which("git")
    path = git_that_says(tmp_path / "bin", text)
    at = tmp_path / "bin" / "git"
    at.write_text(f'#!/bin/sh\n[ "$*" = version ] && {{ echo \'{text} (a build)\'; exit; }}\nexec {real} "$@"\n')
    monkeypatch.setenv("PATH", path)
    assert shop.run("status").code == 0
