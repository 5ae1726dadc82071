"""Several users on one machine, and a user whose files nobody else may read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.line.conftest import Answer, Shop, build
from tests.machines.others import ALICE, BOB, User, ended

Make = Callable[..., Shop]
At = Callable[[Path], Shop]


@pytest.fixture
def private() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def initialised(shop: Shop) -> None:
    """With a key, which a person commits."""
    assert shop.run("init").code == 0
    shop.git("add", "-A")
    shop.git("commit", "-q", "-m", "init", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.com")


def one_line(done: Answer, code: int, *words: str) -> None:
    assert (done.code, done.err.count("\n")) == (code, 1), done
    assert done.err.startswith("factory: ")
    for word in words:
        assert word in done.err


def test_a_user_whose_files_nobody_else_may_read_works_to_a_stamp(make: Make, private: None) -> None:
    worker = 'ls -l; test -r tools/worker.sh && echo right > "$FACTORY_TICKET.txt"; chmod 600 "$FACTORY_TICKET.txt"\n'
    shop = make("D-1 A ticket", "D-2 Another", worker=worker, regression="cat tools/regression.sh\n")
    initialised(shop)
    assert shop.run("run").code == 0
    for command in ("verify", "gate", "guard", "verify --rerun"):
        assert shop.run(*command.split()).code == 0, command
    assert shop.git("status", "--porcelain") == ""


def test_two_users_work_at_once_on_one_machine(place: Path) -> None:
    """Neither a name in a folder for all nor a file of the other's is in the way."""
    users, shops = [User(ALICE, place), User(BOB, place)], []
    for user in users:
        shops.append(build(place / str(user.uid), "D-1 A ticket", "D-2 Another").path)
        user.owns(shops[-1])
    for command in ("run", "gate", "verify", "run"):
        started = [user.start(command, repo=shop) for user, shop in zip(users, shops, strict=True)]
        for done in map(ended, started):
            assert (done.code, done.err) == (0, ""), (command, done)


def test_a_second_user_verifies_with_a_clone_alone_and_looks_at_what_they_may_read(place: Path) -> None:
    alice, bob = User(ALICE, place), User(BOB, place)
    alice.umask = 0o022
    shop = alice.owns(build(place / "shop", "D-1 A ticket", "D-2 Another").path)
    assert alice.run("run", "--once", repo=shop).code == 3
    bob.git("config", "--global", "--add", "safe.directory", "*", cwd=place)  # as git asks, to clone it at all
    (place / "bobs").mkdir()
    os.chown(place / "bobs", BOB, BOB)
    bob.git("clone", "-q", str(shop), "clone", cwd=place / "bobs")
    assert "1 stamp, 1 good" in bob.run("verify", repo=place / "bobs/clone").out
    for command in ("verify", "status", "report", "log", "guard", "gate", "dry"):
        done = bob.run(command, repo=shop)
        assert (done.code, done.err) == (0, ""), (command, done)
    for command in ("run", "stop", "cancel D-2", "init"):
        one_line(bob.run(*command.split(), repo=shop), 4, "Permission denied", str(shop))
    assert alice.run("run", repo=shop).code == 0


def test_a_cache_that_is_somebody_elses_is_named_with_the_variable_that_moves_it(place: Path) -> None:
    alice, bob = User(ALICE, place), User(BOB, place)
    cache = place / "cache"
    cache.mkdir()
    cache.chmod(0o1777)
    shops = [user.owns(build(place / str(user.uid), "D-1 One").path) for user in (alice, bob)]
    assert alice.run("run", repo=shops[0], XDG_CACHE_HOME=str(cache)).code == 0
    one_line(bob.run("run", repo=shops[1], XDG_CACHE_HOME=str(cache)), 4, "XDG_CACHE_HOME", str(cache))
    assert bob.run("run", repo=shops[1]).code == 0


def test_a_user_without_a_name_is_told_that_nothing_was_judged(place: Path, at: At) -> None:
    """ssh-keygen refuses such a user: in a container whose uid is any number, `verify` once called good stamps bad."""
    shop = build(place / "shop", "D-1 A ticket", run=at(place / "shop").run)
    initialised(shop)
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0
    alice = User(ALICE, place)
    alice.owns(shop.path)
    for command, repo in (("verify", shop.path), ("init", alice.owns(build(place / "new", "D-1 One").path))):
        one_line(alice.run(command, repo=repo), 4, "ssh-keygen", f"uid {ALICE}", "/etc/passwd")
