"""The real agents, against stand-ins: each edits a file, is booked from the proxy, and fails in the right class.

One that is not installed is skipped here by name; `just test_clients` shows which. FACTORY_CLIENTS names further
folders to look for them in, with colons between.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from factory.errors import CouldNotRun
from factory.model import Ended
from factory.workers import Work, acp, aider, claude, codex, gemini_cli, mini_swe_agent, opencode, qwen
from factory.workers.cli import Cli
from tests.servers import Books, Drop, Refusal, Reply, anthropic, gemini, openai, serve
from tests.servers.agent import Edit
from tests.servers.http import Wire
from tests.servers.script import Answer, Ask
from tests.workers.launching import plain_launch
from tests.workers.making import Purse, make_settings, make_task

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]
FOLDERS = os.environ.get("FACTORY_CLIENTS", "")
PATH = os.environ.get("PATH", "")
SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"


@dataclass(frozen=True)
class Client:
    """A real agent, and how its stand-in model must speak to it."""

    cli: Cli
    module: Any
    wire: Wire
    model: str
    command: tuple[str, ...] = ()
    last_command: str = ""


CLIENTS = (
    Client(claude.CLI, claude, anthropic.WIRE, "claude-sonnet-4-5"),
    Client(codex.CLI, codex, openai.WIRE, "gpt-5.1-codex"),
    Client(gemini_cli.CLI, gemini_cli, gemini.WIRE, "gemini-2.5-flash"),
    Client(qwen.CLI, qwen, openai.WIRE, "stand-in"),
    Client(opencode.CLI, opencode, openai.WIRE, "stand-in"),
    Client(mini_swe_agent.CLI, mini_swe_agent, openai.WIRE, "stand-in", last_command=SUBMIT),
    Client(aider.CLI, aider, openai.WIRE, "stand-in"),
    Client(acp.cli_for(("gemini", "--acp")), acp, gemini.WIRE, "gemini-2.5-flash", ("gemini", "--acp")),
    Client(acp.cli_for(("qwen", "--acp")), acp, openai.WIRE, "stand-in", ("qwen", "--acp")),
    Client(acp.cli_for(("opencode", "acp")), acp, openai.WIRE, "stand-in", ("opencode", "acp")),
)
every_client = pytest.mark.parametrize("client", CLIENTS, ids=[c.cli.name for c in CLIENTS])
Run = Callable[..., tuple[Work, Books, Purse]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    search = os.pathsep.join(filter(None, [FOLDERS, str(Path(sys.executable).parent), PATH]))
    monkeypatch.setenv("PATH", search)
    for name in ("GEMINI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "the-real-key")

    def make(client: Client, script: Callable[[Ask], Answer]) -> tuple[Work, Books, Purse]:
        if shutil.which(client.cli.program, path=search) is None:
            pytest.skip(f"{client.cli.program} is not installed; {client.cli.install}")
        purse = Purse(cap=100)
        with serve(client.wire, script) as server:
            settings = make_settings(
                kind=client.cli.name,
                model=client.model,
                base_url=server.url,
                price_in=1.0,
                price_out=4.0,
                command=client.command,
            )
            launch = plain_launch(tmp_path / "room", seconds=100)
            work = client.module.work(make_task(tmp_path, settings, purse=purse, launch=launch))
        assert purse.open == set()
        return work, server.books, purse

    return make


@every_client
def test_it_edits_a_file_and_every_token_is_booked(client: Client, run: Run, tmp_path: Path) -> None:
    edit = Edit(str(tmp_path / "room/calc.py"), "a - b", "a + b", last_command=client.last_command)
    work, books, purse = run(client, edit)
    said = (work.stdout + work.stderr).decode()[-3000:]
    assert "a + b" in (tmp_path / "room/calc.py").read_text(), said
    assert work.ended is Ended.DONE, said
    assert purse.total("calls") == books.calls > 0
    assert purse.total("tokens_in") == books.sum("prompt")
    assert purse.total("tokens_out") == books.sum("out") + books.sum("thought")
    changed = {p.name for p in (tmp_path / "room").rglob("*") if p.is_file()}
    assert changed == {"calc.py", "test_calc.py", "SSOT_RULES.md"}  # nothing of its own is left in the room
    assert "the-real-key" not in said


@every_client
def test_a_refused_key_is_nobodys_attempt(client: Client, run: Run) -> None:
    with pytest.raises(CouldNotRun, match="refuses the key"):
        run(client, lambda ask: Refusal(401))


@every_client
def test_a_rate_limit_is_later(client: Client, run: Run) -> None:
    work, _, purse = run(client, lambda ask: Refusal(429, retry=1))
    assert work.ended is Ended.LATER
    assert purse.usd == 0


@every_client
def test_a_stream_that_is_dropped_for_ever_is_no_success(client: Client, run: Run) -> None:
    started = time.monotonic()
    work, _, purse = run(client, lambda ask: Drop(Reply(), events=1))
    assert work.ended is not Ended.DONE
    assert purse.usd > 0  # a dropped answer may have been billed
    assert time.monotonic() - started < 120
