"""An attempt is found by the id of its trace, of each of its commits, of its event, and by its run."""

from __future__ import annotations

import re

import pytest

from tests.desk.conftest import Mixed
from tests.line.conftest import Shop
from tests.web.conftest import Served

AUTHOR = {f"GIT_{who}_{what}": "factory" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
LINK = re.compile(r'<a href="/ticket/([\w-]+)/(\d+)">')


@pytest.fixture
def shop(mixed: Mixed) -> Shop:
    built = mixed()
    assert built.run("run").code == 1
    return built


def test_an_attempt_is_found_by_every_id_that_it_has_and_by_the_beginning_of_each(shop: Shop, served: Served) -> None:
    client = served(shop.path)
    (trace,) = [one["trace"] for one in shop.run("traces", "D-1", "--json").json]
    stamp = shop.git("log", "--format=%H", "--grep=^stamp(D-1)", "main").split()[0]
    evidence, work, plan = shop.git("rev-list", "--max-count=3", f"{stamp}^2").split()
    event = shop.git("log", "--format=%H", "--grep=^stamped(D-1", "factory/ledger").split()[0]
    for id in (trace, plan, work, evidence, stamp, event):
        for asked in (id, id[:12], f" {id[:9].upper()} "):
            page = client.get("/search", params={"q": asked}).text
            assert LINK.findall(page) == [("D-1", "1")], asked


def test_every_attempt_of_a_failed_ticket_has_its_own_trace(shop: Shop, served: Served) -> None:
    client = served(shop.path)
    traces = [one["trace"] for one in shop.run("traces", "D-2", "--json").json]
    found = [LINK.findall(client.get("/search", params={"q": trace}).text) for trace in traces]
    assert sorted(found) == [[("D-2", "1")], [("D-2", "2")], [("D-2", "3")]]


def test_a_run_leads_to_its_attempts_and_a_cards_commit_to_its_cards(shop: Shop, served: Served) -> None:
    client = served(shop.path)
    run = shop.git("log", "-1", "--format=%(trailers:key=Factory-Run,valueonly)", "factory/ledger").strip()
    page = client.get("/search", params={"q": run}).text
    assert {("D-1", "1"), ("D-2", "1"), ("D-2", "3")} <= set(LINK.findall(page))
    cards = shop.git("log", "--first-parent", "--format=%H", "--grep=^Factory-Cards", "main").split()[-1]
    found = LINK.findall(client.get("/search", params={"q": f"{cards}"}).text)
    assert found
    assert all(item.startswith("L") for item, _ in found)


def test_what_is_no_id_finds_no_attempt(shop: Shop, served: Served) -> None:
    client = served(shop.path)
    for asked in ("abc", "ffffffffffff", "zzzz", "D-1 abcd", "--all", "HEAD"):
        answer = client.get("/search", params={"q": asked})
        assert (asked, answer.status_code, LINK.findall(answer.text)) == (asked, 200, [])


def test_a_commit_that_is_no_attempts_finds_none_and_an_attempt_that_runs_leads_to_its_ticket(
    mixed: Mixed, served: Served
) -> None:
    shop = mixed()
    first = shop.git("rev-list", "--max-parents=0", "main").strip()
    message = "plan(D-1#1): One\n\nFactory-Event: plan\nFactory-Ticket: D-1\nFactory-Attempt: 1\n"
    plan = shop.git("commit-tree", "main^{tree}", "-p", "main", "-m", message, **AUTHOR).strip()
    client = served(shop.path)
    assert "Nothing was found." in client.get("/search", params={"q": first}).text
    page = client.get("/search", params={"q": plan[:32]}).text
    assert LINK.findall(page) == []
    assert '<a href="/ticket/D-1">D-1</a>#1' in page
