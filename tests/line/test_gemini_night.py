"""Twelve tickets through the real SDK: everything that Gemini can do to a night, and books that agree to the token."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.egress.meter import Usage
from factory.egress.prices import cost
from tests.line.conftest import Shop
from tests.night.quick import Night, night
from tests.servers import Ask, Books, Refusal, Reply, Tokens, gemini, serve
from tests.servers.script import Answer

SETTINGS = """
[factory]
timezone = "America/Los_Angeles"
max_workers = 2

[workers.default]
kind = "gemini"
model = "gemini-2.5-flash"
base_url = "{url}"

[gate]
doctor = ["true"]
fast = []
regression = ["true"]

[storm]
failures = 9
box_failures = 9
"""
DAY = 24 * 3600.0
TRUNCATED, BLOCKED = Reply('{"summary": "It', finish="length"), Reply("", finish="safety")


def answer(ticket: str, content: str) -> Reply:
    return Reply(
        json.dumps({"summary": f"{ticket} says so.", "edits": [{"path": f"{ticket}.txt", "content": content}]})
    )


class Model:
    """What each ticket's answers are; every one has counts of its own."""

    def __init__(self) -> None:
        self.day_turned, self.asked, self._numbers = False, Counter[str](), itertools.count(1)

    def __call__(self, ask: Ask) -> Answer:
        found = re.search(r"^# Ticket (D-\d+)", ask.text, re.MULTILINE)
        assert found
        ticket, n = found[1], next(self._numbers)
        self.asked[ticket] += 1
        said = self._say(ticket, self.asked[ticket], ask.text)
        if not isinstance(said, Reply):
            return said
        tokens = Tokens(prompt=1000 + 13 * n, cached=100 + n, out=40 + 3 * n, thought=7 * n)
        return Reply(said.text, tokens=tokens, finish=said.finish)

    def _say(self, ticket: str, time: int, text: str) -> Answer:
        right = answer(ticket, "right\n")
        failed = "The attempt before this one failed" in text
        match ticket:
            case "D-2" | "D-8":
                return right if failed else answer(ticket, "wrong\n")
            case "D-3":  # cut once, and then, asked again, not
                return right if "could not be used" in text else TRUNCATED
            case "D-4":  # cut twice in one attempt
                return right if failed else TRUNCATED
            case "D-5":
                return right if failed else BLOCKED
            case "D-6":
                return BLOCKED
            case "D-7":
                return right if time > 1 else Refusal(429, retry=7)
            case "D-10":
                return right if self.day_turned else Refusal(429, retry=31, daily=True)
        return right


@pytest.fixture
def shop_of_twelve(make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Shop]:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    rows = [f'D-{n} Ticket {n} |  | ```toml\nmodify = ["D-{n}.txt"]\n```' for n in range(1, 13)]
    return lambda url: make(*rows, settings=SETTINGS.format(url=url))


def test_a_night_with_gemini_ends_right_and_is_booked_to_the_token(
    shop_of_twelve: Callable[[str], Shop], tmp_path: Path
) -> None:
    model, kept = Model(), tmp_path / "slept"
    with serve(gemini.WIRE, model) as server:
        shop = shop_of_twelve(server.url)
        evening = night(shop, kept)
        the_day_is_used_up(evening)
        model.day_turned = True
        slept = float(kept.read_text()) if kept.exists() else 0.0  # a slow machine has nothing to wait for
        kept.write_text(str(slept + DAY))
        morning = night(shop, kept)
    assert morning.code == 1, morning.said  # D-6 is blocked, and says so
    status = shop.run("status", "--json").json
    assert status["counts"] == {"PENDING": 0, "INFLIGHT": 0, "DONE": 11, "BLOCKED": 1}
    attempts = {ticket: one["attempts"] for ticket, one in status["tickets"].items()}
    assert attempts == {**dict.fromkeys(attempts, 1), "D-2": 2, "D-4": 2, "D-5": 2, "D-6": 3, "D-8": 2}
    assert "put off for 7 s" in evening.said + morning.said
    assert 6 <= waited(shop, "D-7") < 60  # commits have whole seconds
    assert (model.asked["D-3"], model.asked["D-4"], model.asked["D-7"], model.asked["D-10"]) == (2, 3, 2, 2)
    assert shop.run("verify", "--json").json.items() >= {"stamps": 11, "ok": 11, "bad": []}.items()
    the_books_agree(shop, server.books)


def waited(shop: Shop, ticket: str) -> int:
    """Seconds of the shift's own clock between a refusal and the next start."""
    lines = shop.git("log", "--first-parent", "--reverse", "--format=%ct %s", "factory/ledger").splitlines()
    times = [line.split(" ", 1) for line in lines if f"({ticket}#1)" in line or f"later({ticket})" in line]
    at = next(n for n, (_, subject) in enumerate(times) if subject.startswith("later("))
    after = next(time for time, subject in times[at:] if subject.startswith("start("))
    return int(after) - int(times[at][0])


def the_day_is_used_up(evening: Night) -> None:
    assert evening.code == 3, evening.said
    status = evening.shop.run("status", "--json").json
    assert status["state"] == "RECOVERABLE"
    assert "daily quota" in status["stop_reason"]
    waits = status["tickets"]["D-10"]
    assert (waits["state"], waits["attempts"], waits["stamp"]) == ("PENDING", 0, None)


def the_books_agree(shop: Shop, books: Books) -> None:
    """Server, ledger's days and every attempt's result: three books, one sum."""
    served = {"calls": books.calls, "tokens_in": books.sum("prompt")}
    served["tokens_out"] = books.sum("out") + books.sum("thought")
    usd = sum(
        cost(Usage(1, t.prompt, t.cached, t.out + t.thought, t.thought), "google", "gemini-2.5-flash")
        for t in books.billed
    )
    days = [
        json.loads(shop.read(path, "factory/ledger"))
        for path in shop.git("ls-tree", "-r", "--name-only", "factory/ledger", "budget/").split()
    ]
    assert len(days) == 2
    assert all(day["open"] == {} for day in days)
    assert {name: sum(day["settled"][name] for day in days) for name in served} == served
    assert sum(float(day["settled"]["usd"]) for day in days) == pytest.approx(usd, abs=1e-6 * books.calls)
    results = every_result(shop)
    assert len(results) == 11 + 7
    assert {name: sum(result[name] for result in results) for name in served} == served
    assert sum(result["cost_estimate_usd"] for result in results) == pytest.approx(usd, abs=1e-6 * books.calls)


def every_result(shop: Shop) -> list[dict[str, object]]:
    kept = shop.git("log", "--format=%H", "--first-parent", "--grep=^stamp(", "main").split()
    kept += shop.git("log", "--format=%H", "--first-parent", "--grep=^fail(", "factory/ledger").split()
    return [json.loads(shop.read(".factory/result.json", f"{oid}^2")) for oid in kept]


# --- what stops before it starts, and what never ends well ---------------------------------------------------


def one(make: Callable[..., Shop], url: str, more: str = "") -> Shop:
    settings = SETTINGS.format(url=url).replace("[gate]", more + "\n[caps]\nattempts = 1\n\n[gate]")
    return make("D-1 A ticket", settings=settings)


def untouched(shop: Shop) -> None:
    status = shop.run("status", "--json").json
    assert status["tickets"]["D-1"]["attempts"] == 0
    assert (status["state"], status["counts"]["PENDING"]) == ("FAIL_STOP", 1)


def test_without_a_key_the_run_says_so_in_one_line_and_nothing_counts(make: Callable[..., Shop]) -> None:
    with serve(gemini.WIRE, []) as server:
        shop = one(make, server.url)
        done = shop.run("run")
    assert done.code == 4
    assert done.err.splitlines() == [
        "factory: worker default: no key for gemini: GEMINI_API_KEY is not set; export GEMINI_API_KEY=... and run again"
    ]
    assert (server.books.served, server.books.others) == ([], [])
    untouched(shop)


def test_a_model_without_a_price_is_a_mistake_before_anything_is_sent(
    make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, []) as server:
        shop = one(make, server.url)
        shop.commit({"ssot/factory.toml": shop.read("ssot/factory.toml").replace("gemini-2.5-flash", "gemini-99")})
        done = shop.run("run")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "gemini-99" in done.err
    assert "price_in" in done.err
    assert (server.books.served, server.books.others) == ([], [])
    untouched(shop)


def test_a_server_that_refuses_for_ever_is_a_failed_attempt_of_class_api(
    make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, lambda ask: Refusal(503)) as server:
        found = night(one(make, server.url), tmp_path / "slept")
    assert found.code == 1
    assert (found.result["triage"], found.result["cost_estimate_usd"]) == ("API", 0.0)
    assert len(found.slept) == 3
    assert all(told - 5 < slept < told * 1.2 for told, slept in zip((60, 180, 600), found.slept, strict=True))


def test_an_attempt_that_would_be_too_dear_fails_with_what_it_used(
    make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    tokens = Tokens(prompt=20_000, out=2_000)
    with serve(gemini.WIRE, [Reply('{"summary": "It', finish="length", tokens=tokens)] * 2) as server:
        found = night(one(make, server.url, "[budget]\ncycle_usd = 0.083\n"), tmp_path / "slept")
    assert found.code == 1
    assert found.result["triage"] == "WORKER"
    assert (found.result["calls"], found.result["tokens_in"]) == (1, 20_000)
    assert "0.083" in found.evidence("evidence/stderr.txt")
    assert server.books.calls == 1
