"""Tickets of one scope in one call: each has its own stamp and its share of the money, and one's fault is its own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.egress.meter import Usage
from factory.egress.prices import cost
from tests.line.conftest import Shop
from tests.line.night import ROOT
from tests.night.quick import Night, night
from tests.servers import Ask, Books, Refusal, Reply, Tokens, gemini, serve
from tests.servers.script import Answer

SETTINGS = """
[workers.default]
kind = "gemini"
model = "gemini-2.5-flash"
base_url = "{url}"
batch = {batch}

[gate]
doctor = ["true"]
fast = []
regression = ["true"]
{more}
"""
ODD = Tokens(prompt=1001, cached=100, out=200, thought=11)  # none of it can be divided by three
Make = Callable[..., Shop]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")


def asked(ask: Ask) -> list[str]:
    return re.findall(r"^# Ticket (D-\d+)", ask.text, re.MULTILINE)


def edit(ticket: str, content: str = "right\n", path: str = "") -> dict[str, object]:
    return {"summary": f"{ticket} says so.", "edits": [{"path": path or f"{ticket}.txt", "content": content}]}


def right(ask: Ask) -> Answer:
    """The answer that the schema asks for: one, or one for each ticket."""
    tickets = asked(ask)
    alone = "tickets" not in json.dumps(ask.body["generationConfig"])
    said = edit(tickets[0]) if alone else {"tickets": [{"ticket": t, **edit(t)} for t in tickets]}
    return Reply(json.dumps(said), tokens=ODD)


def three(make: Make, url: str, batch: int = 3, count: int = 3, more: str = "", scope: str = "*.txt") -> Shop:
    rows = [f'D-{n} Ticket {n} |  | ```toml\nmodify = ["{scope}"]\n```' for n in range(1, count + 1)]
    return make(*rows, settings=SETTINGS.format(url=url, batch=batch, more=more), files={"list.txt": "a\nb\nc\n"})


def results(shop: Shop) -> dict[str, dict[str, object]]:
    kept = shop.git("log", "--format=%H", "--first-parent", "--grep=^stamp(", "main").split()
    found = [json.loads(shop.read(".factory/result.json", f"{oid}^2")) for oid in kept]
    return {result["ticket_id"]: result for result in found}


def agreed(shop: Shop, found: Night, books: Books) -> None:
    """Server, the day's book, the results and the events of each ticket: one sum."""
    served = {"calls": books.calls, "tokens_in": books.sum("prompt")}
    served["tokens_out"] = books.sum("out") + books.sum("thought")
    assert found.book["open"] == {}
    assert {name: found.book["settled"][name] for name in served} == served
    each = results(shop).values()
    assert {name: sum(result[name] for result in each) for name in served} == served  # type: ignore[misc]
    usd = sum(
        cost(Usage(1, t.prompt, t.cached, t.out + t.thought, t.thought), "google", "gemini-2.5-flash")
        for t in books.billed
    )
    assert float(found.book["settled"]["usd"]) == pytest.approx(usd, abs=1e-6 * books.calls)
    booked = sum(float(settled(shop, ticket)) for ticket in results(shop))
    assert booked == pytest.approx(float(found.book["settled"]["usd"]), abs=1e-9)


def settled(shop: Shop, ticket: str) -> float:
    """What a ticket's own events say that it paid."""
    form = "%(trailers:key=Factory-Cost-USD,valueonly,separator=)"
    lines = shop.git("log", "--first-parent", f"--grep=^settle({ticket}#", f"--format={form}", "factory/ledger")
    return sum(map(float, lines.split()))


def test_three_tickets_of_one_scope_are_one_call_three_stamps_and_three_shares(make: Make, tmp_path: Path) -> None:
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1", "D-2", "D-3"]]
    each = results(shop)
    assert sorted(each) == ["D-1", "D-2", "D-3"]
    assert [each[t]["tokens_in"] for t in sorted(each)] == [334, 334, 333]
    assert [each[t]["calls"] for t in sorted(each)] == [1, 0, 0]
    assert all(each[t]["files_changed"] == [f"{t}.txt"] for t in each)
    assert all(settled(shop, t) == pytest.approx(each[t]["cost_estimate_usd"]) for t in each)
    agreed(shop, found, server.books)
    assert shop.run("verify", "--json").json.items() >= {"stamps": 3, "ok": 3, "bad": []}.items()
    assert "one call for D-1, D-2, D-3" in shop.read(".factory/evidence/cmd_history.txt", "main^2")


def test_without_the_setting_each_ticket_is_a_call_of_its_own(make: Make, tmp_path: Path) -> None:
    with serve(gemini.WIRE, right) as server:
        found = night(three(make, server.url, batch=1), tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1"], ["D-2"], ["D-3"]]


def test_another_risk_another_scope_and_another_half_are_other_calls(make: Make, tmp_path: Path) -> None:
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url, count=5, batch=6)
        table = shop.read("D_ROADMAP.md").replace("| D-2 | IN_PROGRESS | P2 | LOW", "| D-2 | IN_PROGRESS | P2 | MED")
        shop.commit({"D_ROADMAP.md": table})
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert sorted(asked(s.ask) for s in server.books.served) == [["D-1", "D-3"], ["D-2"], ["D-4", "D-5"]]


@pytest.mark.parametrize(
    "part",
    [None, {"ticket": "D-2", "edits": "none"}, {"ticket": "D-2", "summary": 1, "edits": [{}]}],
    ids=["missing", "no list", "outside the schema"],
)
def test_a_part_that_cannot_be_used_costs_that_ticket_a_question_and_no_other(
    make: Make, tmp_path: Path, part: dict[str, object] | None
) -> None:
    def script(ask: Ask) -> Answer:
        if len(asked(ask)) == 1:
            return right(ask)
        good = [{"ticket": t, **edit(t)} for t in ("D-1", "D-3")]
        return Reply(json.dumps({"tickets": good + ([part] if part else [])}), tokens=ODD)

    with serve(gemini.WIRE, script) as server:
        shop = three(make, server.url)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1", "D-2", "D-3"], ["D-2"]]
    each = results(shop)
    assert (each["D-2"]["calls"], each["D-2"]["tokens_in"]) == (1, 334 + 1001)
    assert (each["D-3"]["calls"], each["D-3"]["tokens_in"]) == (0, 333)
    agreed(shop, found, server.books)


@pytest.mark.parametrize("finish", ["length", "safety"])
def test_an_answer_that_was_cut_or_blocked_sends_each_ticket_out_alone(make: Make, tmp_path: Path, finish: str) -> None:
    def script(ask: Ask) -> Answer:
        return right(ask) if len(asked(ask)) == 1 else Reply('{"tick', tokens=ODD, finish=finish)  # type: ignore[arg-type]

    with serve(gemini.WIRE, script) as server:
        shop = three(make, server.url)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1", "D-2", "D-3"], ["D-1"], ["D-2"], ["D-3"]]
    agreed(shop, found, server.books)


def test_a_wrong_part_fails_its_own_ticket_which_is_then_asked_about_alone(make: Make, tmp_path: Path) -> None:
    def script(ask: Ask) -> Answer:
        if len(asked(ask)) == 1:
            assert "The attempt before this one failed" in ask.text
            return right(ask)
        said = [{"ticket": t, **edit(t, "wrong\n" if t == "D-1" else "right\n")} for t in asked(ask)]
        return Reply(json.dumps({"tickets": said}), tokens=ODD)

    with serve(gemini.WIRE, script) as server:
        shop = three(make, server.url)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1", "D-2", "D-3"], ["D-1"]]
    attempts = {t: one["attempts"] for t, one in shop.run("status", "--json").json["tickets"].items()}
    assert attempts == {"D-1": 2, "D-2": 1, "D-3": 1}


def test_parts_that_change_the_same_lines_meet_as_a_conflict_and_lose_nothing(make: Make, tmp_path: Path) -> None:
    """The second one was made without the first one's stamp: it must not undo it, however its edit is written."""

    def script(ask: Ask) -> Answer:
        tickets = asked(ask)
        if len(tickets) == 1:
            assert "b of D-1" in ask.text  # today's main, and no longer the batch's
            return Reply(json.dumps(both("D-2", "a\nb of D-1 and D-2\nc\n")), tokens=ODD)
        return Reply(
            json.dumps({"tickets": [{"ticket": t, **both(t, f"a\nb of {t}\nc\n")} for t in tickets]}), tokens=ODD
        )

    def both(ticket: str, content: str) -> dict[str, object]:
        edits = [{"path": f"{ticket}.txt", "content": "right\n"}, {"path": "list.txt", "content": content}]
        return {"summary": ticket, "edits": edits}

    with serve(gemini.WIRE, script) as server:
        shop = three(make, server.url, count=2)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1", "D-2"], ["D-2"]]
    assert shop.read("list.txt") == "a\nb of D-1 and D-2\nc\n"
    assert "fail(D-2#1): CONFLICT" in "\n".join(shop.subjects("factory/ledger"))
    attempts = {t: one["attempts"] for t, one in shop.run("status", "--json").json["tickets"].items()}
    assert attempts == {"D-1": 1, "D-2": 1}  # a conflict is nobody's failure


def test_parts_that_change_other_lines_of_one_file_are_merged(make: Make, tmp_path: Path) -> None:
    long = "".join(f"line {n}\n" for n in range(20))

    def script(ask: Ask) -> Answer:
        said = []
        for ticket, line in (("D-1", "line 2\n"), ("D-2", "line 17\n")):
            edits = [
                {"path": f"{ticket}.txt", "content": "right\n"},
                {"path": "long.txt", "content": long.replace(line, f"{ticket}\n")},
            ]
            said.append({"ticket": ticket, "summary": ticket, "edits": edits})
        return Reply(json.dumps({"tickets": said}), tokens=ODD)

    with serve(gemini.WIRE, script) as server:
        shop = three(make, server.url, count=2)
        shop.commit({"long.txt": long})
        found = night(shop, tmp_path / "slept")
    assert (found.code, server.books.calls) == (0, 1), found.said
    assert shop.read("long.txt") == long.replace("line 2\n", "D-1\n").replace("line 17\n", "D-2\n")


def test_a_run_with_a_limit_asks_only_about_what_it_deals(make: Make, tmp_path: Path) -> None:
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url)
        shop.run("run", "--tickets", "1")
        before = [asked(s.ask) for s in server.books.served]
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert before == [["D-1"]]
    assert [asked(s.ask) for s in server.books.served] == [["D-1"], ["D-2", "D-3"]]


def test_what_was_bought_before_a_stop_is_not_bought_again(make: Make, tmp_path: Path) -> None:
    """The run ends after the first stamp; the next one finds the other two shares."""
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url, more="\n[budget]\ndaily_calls = 1\n")
        evening = night(shop, tmp_path / "slept")
        assert (evening.code, sorted(results(shop))) == (3, ["D-1"]), evening.said
        settings = shop.read("ssot/factory.toml").replace("daily_calls = 1", "daily_calls = 9")
        shop.commit({"ssot/factory.toml": settings})
        found = night(shop, tmp_path / "slept")
    assert (found.code, server.books.calls) == (0, 1), found.said
    agreed(shop, found, server.books)


def test_what_was_bought_before_a_kill_is_not_bought_again(make: Make, tmp_path: Path) -> None:
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url)
        words = [sys.executable, "-m", "tests.night.launch", str(shop.path), str(tmp_path / "slept")]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            for line in child.stdout:
                if line.startswith("D-1: stamped"):
                    child.kill()
        found = night(shop, tmp_path / "slept")
    assert child.returncode == -signal.SIGKILL
    assert (found.code, server.books.calls) == (0, 1), found.said
    agreed(shop, found, server.books)


def test_a_rate_limit_puts_off_the_one_that_asked_and_the_rest_goes_out_together(make: Make, tmp_path: Path) -> None:
    answers: list[Callable[[Ask], Answer]] = [right, lambda ask: Refusal(429, retry=7)]
    with serve(gemini.WIRE, lambda ask: (answers.pop() if len(answers) > 1 else answers[0])(ask)) as server:
        shop = three(make, server.url)
        found = night(shop, tmp_path / "slept")
    assert found.code == 0, found.said
    assert [asked(s.ask) for s in server.books.served][:2] == [["D-1", "D-2", "D-3"], ["D-2", "D-3"]]
    agreed(shop, found, server.books)


def test_a_ticket_that_cannot_pay_its_share_sends_the_first_one_out_alone(make: Make, tmp_path: Path) -> None:
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url, count=2)
        shop.commit({"D_ROADMAP.md": _poor(shop.read("D_ROADMAP.md"))})
        found = night(shop, tmp_path / "slept")
    assert found.code == 1, found.said
    assert [asked(s.ask) for s in server.books.served] == [["D-1"]]
    assert found.book["open"] == {}
    assert shop.run("status", "--json").json["counts"] == {"PENDING": 0, "INFLIGHT": 0, "DONE": 1, "BLOCKED": 1}


def _poor(table: str) -> str:
    """D-2 may cost nothing."""
    head, _, section = table.partition("## D-2")
    return f"{head}## D-2{section.replace('modify =', 'budget_usd = 0.0' + chr(10) + 'modify =', 1)}"


def test_a_kind_that_makes_its_own_calls_takes_no_batch(make: Make) -> None:
    shop = make("D-1 A ticket", settings='[workers.default]\nkind = "codex"\nbatch = 2\n')
    done = shop.run("run")
    assert done.code == 2
    assert "batch" in done.err
    assert "ssot/factory.toml:3" in done.err
