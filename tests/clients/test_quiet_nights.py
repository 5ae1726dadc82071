"""Real agents that are provoked: a question, a web page, an update, telemetry. None of it blocks a night."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from factory.workers.cli import NO_KEY, Given
from tests.clients.client import CLIENTS, Client, every_agent, every_client, installed, make_shop
from tests.line.conftest import Shop
from tests.night.quick import night
from tests.servers import Reply, serve
from tests.servers.script import Answer, Ask

pytestmark = [pytest.mark.clients, pytest.mark.timeout(400)]
Make = Callable[..., Shop]
WAITS = ("ask_user_question", "request_user_input", "web_fetch", "web_search")  # tools that want somebody, or a network
OFFERING = tuple(c for c in CLIENTS if c.cli.name in ("codex", "acp qwen"))  # the others offer a model none of these


class Provoking:
    """A model that calls a tool which wants an answer, or a network, and goes on with the ticket."""

    def __init__(self, client: Client) -> None:
        self._edit, self.called = client.edit(), ""

    def __call__(self, ask: Ask) -> Answer:
        tool = next((name for name in ask.tools if name.lower() in WAITS), None)
        if ask.results == 0 and tool and not self.called:
            self.called = tool
            return Reply(tool=(tool, self._edit._fill(ask.tools[tool], "true")), tokens=self._edit.tokens)
        return self._edit(replace(ask, results=ask.results - 1) if self.called and ask.results else ask)


@pytest.mark.parametrize("client", OFFERING, ids=[c.cli.name for c in OFFERING])
def test_a_tool_that_waits_for_somebody_does_not_block_it(client: Client, make: Make, tmp_path: Path) -> None:
    installed(client)
    model = Provoking(client)
    with serve(client.wire, model) as server:
        found = night(make_shop(make, client, server, minutes=1.0), tmp_path / "slept")
    assert model.called
    assert found.code in (0, 1), found.said
    assert found.stamped or found.result["triage"] in ("EMPTY", "WORKER")
    assert found.book["open"] == {}


@every_client
def test_a_question_as_the_last_word_ends_the_attempt(client: Client, make: Make, tmp_path: Path) -> None:
    installed(client)
    answers = [client.edit(), lambda ask: Reply("May I change calc.py? (yes/no)")]
    with serve(client.wire, lambda ask: (answers.pop() if len(answers) > 1 else answers[0])(ask)) as server:
        found = night(make_shop(make, client, server), tmp_path / "slept")
    assert found.code in (0, 1), found.said
    assert found.stamped or found.result["triage"] in ("EMPTY", "WORKER")  # nobody answered yes


@every_agent
def test_updates_and_telemetry_that_are_not_switched_off_do_not_block_it(
    client: Client, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environment without our switches: only the address, the key that is none, the model and its home."""
    installed(client)

    def bare(given: Given) -> Mapping[str, str | Path]:
        needed = (NO_KEY, given.url, f"{given.url}/v1", given.model)
        return {n: v for n, v in client.cli.env(given).items() if isinstance(v, Path) or v in needed}

    monkeypatch.setattr(client.module, "CLI", replace(client.cli, env=bare))
    with serve(client.wire, client.edit()) as server:
        found = night(make_shop(make, client, server), tmp_path / "slept")
    if client.cli.name == "mini-swe-agent":  # it wants to be set up first, asks, and ends when nobody answers
        assert found.result["triage"] == "WORKER"
    else:
        assert (found.code, found.stamped) == (0, True), found.said


@every_agent
def test_one_that_is_signed_out_ends_and_waits_for_nobodys_sign_in(
    client: Client, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in its home, and no key in its environment: it wants a sign-in, in a terminal or in a browser."""
    installed(client)

    def keyless(given: Given) -> Mapping[str, str | Path]:
        return {n: v for n, v in client.cli.env(given).items() if v != NO_KEY}

    signed_out = replace(client.cli, env=keyless, home=lambda given: {})
    monkeypatch.setattr(client.module, "CLI", signed_out)
    with serve(client.wire, client.edit()) as server:
        found = night(make_shop(make, client, server, minutes=1.0), tmp_path / "slept")
    assert found.code in (0, 1), found.said
    ends = (
        ("TIMEOUT",) if client.cli.name == "mini-swe-agent" else ("EMPTY", "WORKER")
    )  # that one tries again and again
    assert found.stamped or found.result["triage"] in ends, found.said
    assert found.result["calls"] == len(server.books.served)
