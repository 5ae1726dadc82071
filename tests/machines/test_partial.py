"""A partial clone: the factory works with what is there, and fetches nothing; what is not there is one line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.desk.panes.catalogue import PANES
from factory.desk.panes.one import attempt_page, stamp_page, ticket_page
from factory.desk.panes.watch import Watch
from factory.errors import Mistake, NotHere
from factory.git.repo import Repo
from factory.records.papers import evidence_of
from factory.reports.trail import trail
from factory.reports.tried import tried
from tests.line.conftest import Shop

Make = Callable[..., Shop]
At = Callable[[Path], Shop]
LEDGER = "factory/ledger"
MORE = "git fetch --refetch --no-filter"
FILTERS = ("blob:none", "tree:0", "blob:limit=10")


@pytest.fixture
def shop(make: Make) -> Shop:
    """Two tickets, of which one is stamped, and a file that was another once."""
    shop = make("D-1 A ticket", "D-2 Another", files={"big/one.txt": "1\n" * 300}, planned=("D-2",))
    shop.commit({"big/one.txt": "2\n" * 300})
    assert shop.run("run").code == 0
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("PLANNED", "IN_PROGRESS")})
    for key in ("allowFilter", "allowAnySHA1InWant"):
        shop.git("config", f"uploadpack.{key}", "true")
    return shop


def clone(shop: Shop, at: At, kind: str) -> Shop:
    to = shop.path.parent / "clone"
    url = f"file://{shop.path}"
    shop.git("clone", "-q", "--no-local", f"--filter={kind}", url, str(to), GIT_ALLOW_PROTOCOL="file")
    return at(to)


@pytest.mark.parametrize("kind", FILTERS)
def test_a_partial_clone_works_with_what_its_checkout_brought(shop: Shop, at: At, kind: str) -> None:
    part = clone(shop, at, kind)
    shutil.move(shop.path, shop.path.with_name("gone"))  # and no server answers
    for command in ("status", "dry", "guard", "gate", "run", "report", "log", "gate"):
        done = part.run(*command.split())
        assert (done.code, done.err) == (0, ""), (command, done)
    assert part.git("status", "--porcelain") == ""
    assert part.subjects()[0] == "stamp(D-2): Another"


@pytest.mark.parametrize("kind", FILTERS)
def test_what_is_not_there_is_one_line_whose_remedy_works(shop: Shop, at: At, kind: str) -> None:
    part = clone(shop, at, kind)
    for command in ("verify", "gate --tree HEAD~3"):
        done = part.run(*command.split())
        assert (done.code, done.err.count("\n")) == (4, 1), (command, done)
        assert "partial clone" in done.err
        assert MORE in done.err
    part.git(*MORE.split()[1:], GIT_ALLOW_PROTOCOL="file")
    for command in ("verify", "verify --rerun", "gate --tree HEAD~3", "run", "verify"):
        done = part.run(*command.split())
        assert (done.code, done.err) == (0, ""), (command, done)


# --- what its evidence would say


@pytest.fixture
def looked_at(make: Make, at: At) -> Shop:
    """A partial clone with the ledger as it stands, and none of what the attempts left; no server answers."""
    worker = '[ "$FACTORY_TICKET" = D-2 ] && exit 1\necho right > "$FACTORY_TICKET.txt"\n'
    shop = make("D-1 A ticket", "D-2 Another", worker=worker)
    assert shop.run("run").code == 1
    shop.git("config", "uploadpack.allowFilter", "true")
    shop.git("config", "uploadpack.allowAnySHA1InWant", "true")
    part = clone(shop, at, "blob:none")
    for words in (
        ("fetch", "-q", "origin", f"{LEDGER}:{LEDGER}"),
        ("checkout", "-q", LEDGER),
        ("checkout", "-q", "main"),
    ):
        part.git(*words, GIT_ALLOW_PROTOCOL="file")  # the ledger's files come with its checkout
    shutil.move(shop.path, shop.path.with_name("gone"))
    return part


def test_the_log_the_report_and_the_traces_tell_what_is_here(looked_at: Shop) -> None:
    for command in ("status", "report", "log", "log D-1", "log D-2", "traces", "kpi", "alerts"):
        done = looked_at.run(*command.split())
        assert (done.code, done.err) == (0, ""), (command, done)
    with Repo(looked_at.path) as repo:
        ended = [event for event in trail(repo, None) if evidence_of(event)]
        assert len(ended) == 4
        assert [tried(repo, event) for event in ended] == [None] * 4


def counted(page: str, name: str) -> float:
    return sum(map(float, re.findall(rf"^factory_{name}_total\{{.*\}} (.*)$", page, re.M)))


def test_the_numbers_count_what_is_here_and_say_what_is_not(looked_at: Shop) -> None:
    done = looked_at.run("metrics")
    assert (done.code, done.err) == (0, "")
    names = ("stamps", "failed_attempts", "unread_evidence")
    assert [counted(done.out, name) for name in names] == [1, 3, 4]
    looked_at.git("branch", "-D", LEDGER)  # main alone: what a clone has of itself
    alone = looked_at.run("metrics")
    assert (alone.code, alone.err) == (0, "")
    assert [counted(alone.out, name) for name in names] == [1, 0, 1]


def test_the_console_and_the_panel_show_what_is_here(looked_at: Shop) -> None:
    watch = Watch(looked_at.path)
    try:
        look = watch.look()
        assert look.paid == {}
        assert [pane(look) for pane in PANES.values()]
        page = ticket_page(watch, look, "D-2")
        assert ([event.name for event in page.events].count("fail"), page.attempts) == (3, ())
        with pytest.raises(Mistake, match="no attempt 1 of D-2 has ended here"):
            attempt_page(watch, "D-2", 1)
        stamp = next(event.trailers["Factory-Stamp"] for event in look.recent if event.name == "stamped")
        with pytest.raises(NotHere):  # a proof is whole or none
            stamp_page(watch, stamp)
    finally:
        watch.close()
