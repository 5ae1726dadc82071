"""A home that is not there or may not be written to: what only reads works, all else is one line that says what to set."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import build
from tests.machines.others import ALICE, User
from tests.machines.test_users import one_line

READS = ("status", "verify", "guard", "docops", "report", "log", "kpi", "dry", "workers", "scan", "init --no-key")
HOMES: dict[str, Callable[[Path], str]] = {
    "may not be written to": lambda place: str(place),
    "is not there": lambda place: str(place / "none" / "at-all"),
    "is the root": lambda _: "/",
    "is a file": lambda place: str(place / "file"),
    "is a device": lambda _: os.devnull,
}


@pytest.mark.parametrize("kind", [next(iter(HOMES)), *(pytest.param(k, marks=pytest.mark.prove) for k in [*HOMES][1:])])
def test_a_home_that_cannot_be_used_is_one_line_and_keeps_nobody_from_looking(place: Path, kind: str) -> None:
    (place / "file").touch()
    alice = User(ALICE, place)
    shop = alice.owns(build(place / "shop", "D-1 A ticket").path)
    home = HOMES[kind](place)
    for command in ("run", "gate", "verify --rerun"):
        one_line(alice.run(*command.split(), repo=shop, HOME=home), 4, "/.cache/stampmill", "set XDG_CACHE_HOME to")
    one_line(alice.run("init", repo=shop, HOME=home), 4, "/.config/stampmill", "set XDG_CONFIG_HOME to")
    assert not (shop / "justfile").exists()  # nothing is written by an `init` that cannot end
    moved = {"HOME": home, "XDG_CACHE_HOME": str(alice.home / "cache")}
    done = alice.run("run", repo=shop, **moved)
    assert (done.code, done.err) == (0, ""), done
    for command in READS:
        done = alice.run(*command.split(), repo=shop, HOME=home)
        assert (done.code, done.err) == (0, ""), (command, done)


def test_a_cache_that_cannot_be_written_to_is_one_line(place: Path) -> None:
    alice = User(ALICE, place)
    shop = alice.owns(build(place / "shop", "D-1 A ticket").path)
    for cache in (place, place / "none" / "at-all", Path(os.devnull)):
        one_line(alice.run("run", repo=shop, XDG_CACHE_HOME=str(cache)), 4, str(cache), "set XDG_CACHE_HOME to")
    assert alice.run("run", repo=shop, HOME="").code == 0
