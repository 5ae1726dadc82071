"""`factory workers`: what is installed, who has a key, what a call would cost; it pays only when it is told to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.egress.prices import worst
from tests.line.conftest import SETTINGS, Shop
from tests.servers import Refusal, Reply, Tokens, gemini, openai, serve

Make = Callable[..., Shop]
WORKER = '\n[workers.{name}]\nkind = "{kind}"\nbase_url = "{url}"\nmodel = "{model}"\n'


def with_worker(url: str, kind: str = "gemini", model: str = "gemini-2.5-flash", more: str = "") -> str:
    return SETTINGS + WORKER.format(name="paid", kind=kind, url=url, model=model) + more


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A codex that tells its version, and whether it could reach anything."""
    at = tmp_path / "bin" / "codex"
    at.parent.mkdir()
    at.write_text('#!/bin/sh\n[ -z "$OPENAI_API_KEY" ] && echo codex-cli 9.9\n')
    at.chmod(0o755)
    monkeypatch.setenv("PATH", f"{at.parent}:{os.environ['PATH']}")


def test_every_kind_is_listed_with_what_it_lacks(make: Make, agent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the-key-of-the-test")
    done = make("D-1 A ticket").run("workers", "--json")
    assert done.code == 0
    kinds = {kind["kind"]: kind for kind in done.json["kinds"]}
    assert (kinds["codex"]["ready"], kinds["codex"]["version"]) == (True, "codex-cli 9.9")  # and saw no key
    assert (kinds["gemini"]["ready"], kinds["gemini"]["why"]) == (False, "GEMINI_API_KEY is not set")
    assert kinds["aider"]["ready"] or "aider-chat" in kinds["aider"]["why"]
    assert kinds["command"]["ready"]
    assert "the-key-of-the-test" not in done.out


def test_what_a_call_would_cost_is_told_and_nothing_is_sent(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, [Reply()]) as server:
        shop = make("D-1 A ticket", settings=with_worker(server.url))
        done = shop.run("workers", "--json")
        assert "paid" in shop.run("workers").out
    paid = done.json["workers"][1]
    assert (done.code, paid["ready"], paid["dry_call_usd"]) == (0, True, worst(50, 16, "google", "gemini-2.5-flash"))
    assert (server.books.served, server.books.others) == ([], [])


def test_a_ping_is_one_small_call(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, [Reply(tokens=Tokens(prompt=4, out=2))]) as server:
        done = make("D-1 A ticket", settings=with_worker(server.url)).run("workers", "--json", "--ping")
    paid = done.json["workers"][1]
    assert (paid["ready"], paid["why"]) == (True, "answers")
    assert 0 < paid["paid_usd"] <= paid["dry_call_usd"]
    assert server.books.calls == 1
    assert server.books.served[0].ask.headers["x-goog-api-key"] == "the-key-of-the-test"


@pytest.mark.parametrize(("status", "why"), [(401, "the key is refused"), (429, "refused (429)")])
def test_a_refused_ping_is_said(
    status: int, why: str, make: Make, agent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the-key-of-the-test")
    with serve(openai.WIRE, [Refusal(status)]) as server:
        more = "price_in = 1.0\nprice_out = 4.0\n"
        done = make("D-1 A", settings=with_worker(server.url, "codex", "m", more)).run("workers", "--json", "--ping")
    paid = done.json["workers"][1]
    assert (done.code, paid["ready"], paid["why"], paid["paid_usd"]) == (4, False, why, 0.0)


def test_a_worker_without_a_key_a_model_or_a_price_is_not_ready(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    more = '[workers.b]\nkind = "qwen"\n[workers.c]\nkind = "gemini"\nmodel = "gemini-99"\n'
    done = make("D-1 A ticket", settings=with_worker("http://127.0.0.1:1", more=more)).run("workers", "--json")
    why = {one["name"]: one["why"] for one in done.json["workers"] if not one["ready"]}
    assert done.code == 4
    assert "GEMINI_API_KEY" in why["paid"]
    assert "set `model`" in why["b"]
    assert "price" in why["c"]
