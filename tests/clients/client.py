"""The real agents, and a shop of one ticket that each of them can do, run by the factory in the real sandbox.

FACTORY_CLIENTS names folders to look for them in, with colons between. One that is nowhere is skipped by its name.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from factory.workers import KINDS, acp, aider, claude, codex, gemini_cli, mini_swe_agent, opencode, qwen
from factory.workers.cli import Cli
from tests.line.conftest import Shop, criteria
from tests.servers import Server, anthropic, gemini, openai
from tests.servers.agent import Edit
from tests.servers.http import Wire

FOLDERS = os.environ.get("FACTORY_CLIENTS", "")
KEY = "sk-the-real-" + "key-0123456789"
SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
BEFORE, AFTER = "def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"
SETTINGS = """
[workers.default]
kind = "{kind}"
model = "{model}"
base_url = "{url}"
price_in = 1.0
price_out = 4.0
command = {command}

[gate]
doctor = ["true"]
fast = []
regression = ["true"]

[caps]
attempts = 1
worker_minutes = {minutes}

[budget]
cycle_usd = 10.0

[sandbox]
read = {read}
"""


@dataclass(frozen=True)
class Client:
    """A real agent, and how its stand-in model must speak to it."""

    cli: Cli
    module: Any
    wire: Wire
    model: str
    command: tuple[str, ...] = ()
    last_command: str = ""

    @property
    def kind(self) -> str:
        return next(kind for kind, name in KINDS.items() if name == self.module.__name__)

    def edit(self, **changes: Any) -> Edit:
        """The model's part: read the file, edit it, end."""
        return Edit("/room/calc.py", "a - b", "a + b", last_command=self.last_command, **changes)


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
AGENTS = tuple(c for c in CLIENTS if c.module is not acp)  # acp drives three of them, in the same home
every_agent = pytest.mark.parametrize("client", AGENTS, ids=[c.cli.name for c in AGENTS])
every_client = pytest.mark.parametrize("client", CLIENTS, ids=[c.cli.name for c in CLIENTS])


def installed(client: Client) -> str:
    """The program; the test is skipped where it is not installed."""
    found = shutil.which(client.cli.program, path=os.pathsep.join([FOLDERS, os.environ["PATH"]]))
    if found is None:
        pytest.skip(f"{client.cli.program} is not installed; {client.cli.install}")
    return found


def make_shop(make: Callable[..., Shop], client: Client, server: Server, **changes: Any) -> Shop:
    given = {"minutes": 1.5, "read": [], **changes}
    settings = SETTINGS.format(
        kind=client.kind, model=client.model, url=server.url, command=json.dumps(list(client.command)),
        minutes=given["minutes"], read=json.dumps(given["read"]),
    )  # fmt: skip
    return make(
        'D-1 Add adds |  | `add` subtracts.\n\n```toml\nmodify = ["calc.py"]\n```',
        settings=settings, ledger=criteria("D-1", check="grep -q 'a + b' calc.py"), files={"calc.py": BEFORE},
    )  # fmt: skip
