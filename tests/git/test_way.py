"""What lies in a person's checkout is never overwritten: the ticket in whose way it is waits, and keeps what it has."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git import follow, index_lock
from factory.git.carry import carry
from tests.line.conftest import RIGHT, SETTINGS, Shop
from tests.line.conftest import at as at
from tests.line.conftest import make as make

Make = Callable[..., Shop]
COUNTED = 'echo "$FACTORY_TICKET" >> {0}/calls\n'  # how often a worker was started, and so paid
ALONE = SETTINGS + "\n[factory]\nmax_workers = 1\n"
OPEN = '[sandbox]\nkind = "none"\n'  # the worker writes its count outside of its room


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    return lambda: (tmp_path / "calls").read_text().split()


def open_shop(make: Make, tmp_path: Path, *rows: str, worker: str = RIGHT) -> Shop:
    return make(*rows, settings=ALONE + OPEN, worker=COUNTED.format(tmp_path) + worker)


def test_dry_and_a_run_name_what_is_in_the_way_and_what_is_on_it_waits_too(make: Make, tmp_path: Path) -> None:
    shop = open_shop(make, tmp_path, "D-1 One", "D-2 On it | D-1")
    (shop.path / "D-1.txt").write_text("a person's own\n")
    assert "D-1.txt" in shop.run("dry").out
    assert "uncommitted work in D-1.txt; a ticket that changes the same waits" in shop.run("run").out
    assert [t["state"] for t in shop.run("status", "--json").json["tickets"].values()] == ["PENDING"] * 2


def test_what_passed_and_waits_is_told_by_submit_too_and_given_up_by_a_new_plan(
    make: Make, tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    shop = open_shop(make, tmp_path, "D-1 One")
    (shop.path / "D-1.txt").write_text("a person's own\n")
    assert shop.run("run").code == 3
    assert shop.run("replan", "D-1").code == 0
    assert shop.run("run").code == 3
    assert calls() == ["D-1", "D-1"]
    shop.git("branch", "-q", "hand", "main")
    side = tmp_path / "side"
    shop.git("worktree", "add", "-q", str(side), "hand")
    (side / "D-1.txt").write_text("right\n")
    Shop(side, shop.run).git("add", "D-1.txt")
    Shop(side, shop.run).git("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "-m", "by hand")
    told = shop.run("submit", "D-1", "--branch", "hand")
    assert (told.code, told.err.splitlines()[-1][:9]) == (3, "factory: ")
    assert "D-1.txt" in told.err


# --- the two tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("staged", [False, True])
def test_a_table_that_is_being_edited_gets_the_rows_and_keeps_the_edit(make: Make, staged: bool) -> None:
    shop = make("D-1 A ticket")
    edit = "| D-2 | PLANNED | P2 | LOW | not committed |  |\n"
    (shop.path / "D_ROADMAP.md").write_text(shop.read("D_ROADMAP.md") + edit)
    if staged:
        shop.git("add", "D_ROADMAP.md")
    assert "D_ROADMAP.md is not committed" in shop.run("dry").out
    done = shop.run("run")
    assert done.code == 0, done
    assert "D_ROADMAP.md is not committed: what it says is not known to the factory" in done.out
    assert (shop.path / "D_ROADMAP.md").read_text() == shop.read("D_ROADMAP.md") + edit
    assert shop.git("status", "--porcelain") == ("M  D_ROADMAP.md\n" if staged else " M D_ROADMAP.md\n")
    assert "\n+| D-2 |" in shop.git("diff", "--unified=0", *(["--cached"] if staged else []))


def test_an_edit_of_the_very_row_keeps_that_ticket_waiting(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two")
    edited = shop.read("D_ROADMAP.md").replace("LOW | One", "HIGH | One")
    (shop.path / "D_ROADMAP.md").write_text(edited)
    done = shop.run("run")
    assert done.code == 3
    assert "D_ROADMAP.md" in done.out
    assert shop.subjects()[0] == "stamp(D-2): Two"
    assert "HIGH | One" in (shop.path / "D_ROADMAP.md").read_text()
    shop.git("checkout", "-q", "D_ROADMAP.md")
    assert shop.run("run").code == 0


def test_a_row_that_is_being_edited_is_blocked_at_the_next_run(make: Make) -> None:
    settings = SETTINGS + "\n[caps]\nattempts = 1\n"
    shop = make("D-1 One", "D-2 Two", settings=settings, worker='[ "$FACTORY_TICKET" = D-2 ] && ' + RIGHT)
    (shop.path / "D_ROADMAP.md").write_text(shop.read("D_ROADMAP.md").replace("LOW | One", "HIGH | One"))
    assert shop.run("run").code == 1
    assert shop.run("status", "--json").json["counts"] == {"PENDING": 0, "INFLIGHT": 0, "DONE": 1, "BLOCKED": 1}
    shop.git("checkout", "-q", "D_ROADMAP.md")
    assert shop.run("run").code == 1
    assert "| D-1 | BLOCKED |" in (shop.path / "D_ROADMAP.md").read_text()


ROWS = b"head\none: open\ntwo: open\n"


@pytest.mark.parametrize(
    ("old", "new", "theirs", "made"),
    [
        (ROWS, ROWS.replace(b"two: open", b"two: done"), ROWS + b"three\n", b"head\none: open\ntwo: done\nthree\n"),
        (ROWS, ROWS.replace(b"one: open", b"one: done"), ROWS.replace(b"one", b"One"), None),
        (ROWS, ROWS.replace(b"one: open", b"one: done"), ROWS + b"one: open\n", None),  # which of the two?
        (ROWS, ROWS.replace(b"open", b"done"), ROWS.replace(b"open", b"done"), ROWS.replace(b"open", b"done")),
        (b"a\nx\nb\n", b"a\nb\n", b"0\na\nx\nb\nc\n", b"0\na\nb\nc\n"),
        (b"a\nb\n", b"a\nx\nb\n", b"a\nb\n", None),  # an insertion does not say where
        (b"a\nx\ny\nb\n", b"b\n", b"a\ny\nx\nb\n", None),
    ],
)
def test_a_change_is_carried_where_each_piece_of_it_stands_once(
    old: bytes, new: bytes, theirs: bytes, made: bytes | None
) -> None:
    assert carry(old, new, theirs) == made
    if made is not None and len(old) == len(new):  # rows that are set
        assert carry(old, new, made) == made  # a kill in between does no harm


# --- what git would find out only afterwards -------------------------------------------------------------


def _ignored_folder(shop: Shop) -> None:
    (shop.path / ".git/info/exclude").write_text("made\n")
    (shop.path / "made").mkdir()
    (shop.path / "made/precious").write_text("mine\n")


def _ignored_file(shop: Shop) -> None:
    (shop.path / ".git/info/exclude").write_text("made\n")
    (shop.path / "made").write_text("mine\n")


def _link(shop: Shop) -> None:
    (shop.path / ".git/info/exclude").write_text("made\n")
    (shop.path / "elsewhere").mkdir()
    (shop.path / "made").symlink_to("elsewhere")


def _untracked_folder(shop: Shop) -> None:
    (shop.path / "made").mkdir()
    (shop.path / "made/precious").write_text("mine\n")


def _flagged(shop: Shop, flag: str) -> None:
    (shop.path / "tools/regression.sh").write_text("true # mine\n")
    shop.git("update-index", flag, "tools/regression.sh")


FILE, BELOW, CHANGED = ("touch made", "mkdir made; touch made/new", "echo 'true # theirs' > tools/regression.sh")
OBSTACLES: dict[str, tuple[str, str, Callable[[Shop], None]]] = {
    "an ignored folder where a file comes": (FILE, "made", _ignored_folder),
    "an untracked folder where a file comes": (FILE, "made", _untracked_folder),
    "an ignored file where a folder comes": (BELOW, "made", _ignored_file),
    "an ignored file that comes": (FILE, "made", _ignored_file),
    "an ignored link where a folder comes": (BELOW, "made", _link),
    "assume-unchanged": (CHANGED, "tools/regression.sh", lambda shop: _flagged(shop, "--assume-unchanged")),
    "skip-worktree": (CHANGED, "tools/regression.sh", lambda shop: _flagged(shop, "--skip-worktree")),
}


@pytest.mark.parametrize("case", OBSTACLES)
def test_what_keeps_a_checkout_from_following_is_seen_before_the_stamp(make: Make, case: str) -> None:
    worker, named, obstruct = OBSTACLES[case]
    shop = make("D-1 One", worker=RIGHT + worker + "\n")
    obstruct(shop)
    before = {
        p: p.read_bytes() for p in shop.path.rglob("*") if p.is_file() and not {".git", "factory-out"} & {*p.parts}
    }
    main = shop.main()
    done = shop.run("run")
    assert (done.code, shop.main()) == (3, main), done
    assert named in done.out
    assert {
        p: p.read_bytes() for p in shop.path.rglob("*") if p.is_file() and not {".git", "factory-out"} & {*p.parts}
    } == before
    assert shop.git("diff", "--cached", "--name-only") == ""


# --- a lock over the index -------------------------------------------------------------------------------


def whole(kind: str = "sha1") -> bytes:
    body = b"DIRC" + struct.pack(">II", 2, 0)
    return body + hashlib.new(kind, body).digest()


def aged(lock: Path, content: bytes, seconds: float = 3600) -> None:
    lock.write_bytes(content)
    then = os.stat(lock).st_mtime - seconds
    os.utime(lock, (then, then))


def test_a_live_lock_stops_the_run_before_any_work_and_a_dead_one_goes(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(follow, "PATIENCE", 2)
    monkeypatch.setattr(index_lock, "_started", lambda: 0.0)
    shop = open_shop(make, tmp_path, "D-1 One")
    lock = shop.path / ".git/index.lock"
    aged(lock, whole())
    done = shop.run("run")
    assert (done.code, lock.exists(), (tmp_path / "calls").exists()) == (3, True, False)
    assert str(lock) in done.out
    aged(lock, b"")
    done = shop.run("run")
    assert (done.code, lock.exists(), calls()) == (0, False, ["D-1"])
    assert f"{lock} was left by a git command that is dead: removed" in done.out
    assert shop.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("content", "seconds", "started", "left"),
    [
        (b"", 3600, -7200, True),
        (whole()[:-1], 3600, -7200, True),
        (b"", 5, -7200, False),  # git may be writing it
        (whole(), 3600, -7200, False),  # `git commit` with an open editor
        (whole("sha256"), 3600, -7200, False),
        (whole()[:-20] + bytes(20), 3600, -7200, False),
        (whole(), 3600, 0, True),  # from before the machine was started
    ],
)
def test_a_lock_is_dead_only_where_it_surely_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, seconds: float, started: float, left: bool
) -> None:
    lock = tmp_path / "index.lock"
    aged(lock, content, seconds)
    now = lock.stat().st_mtime + seconds
    monkeypatch.setattr(index_lock, "_started", lambda: now + started)
    assert index_lock.is_left(lock) is left


def test_a_lock_that_a_living_git_holds_open_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git add` of much data: it makes the lock empty, and fills it at the end."""
    monkeypatch.setattr(index_lock, "_started", lambda: 0.0)
    lock = tmp_path / "index.lock"
    aged(lock, b"")
    with lock.open():
        assert not index_lock.is_left(lock)
    assert index_lock.is_left(lock)


def test_git_itself_writes_what_counts_as_whole(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under an open editor the lock holds the index that is to be."""
    monkeypatch.setattr(index_lock, "_started", lambda: 0.0)  # also on a machine that was started minutes ago
    shop = make("D-1 One")
    lock = shop.path / ".git/index.lock"
    (shop.path / "new.txt").write_text("x\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(shop.path), "GIT_EDITOR": f"cp {lock} {lock}.seen; false"}
    said = ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-a"]
    shop.git("add", "new.txt")
    subprocess.run(["git", *said], cwd=shop.path, env=env, capture_output=True, check=False)
    aged(lock.with_suffix(".lock.seen"), Path(f"{lock}.seen").read_bytes())
    assert not index_lock.is_left(Path(f"{lock}.seen"))
