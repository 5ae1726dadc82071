"""Any agent that speaks the Agent Client Protocol, driven by a small client of ours inside the room.

`command` in the settings names the agent: ["gemini", "--acp"], ["qwen", "--acp"] or ["opencode", "acp"]. The protocol's
permissions are cooperative, its usage differs or is missing, and it has no budget: the room and the proxy hold.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from factory.errors import Mistake
from factory.injected import acp_client
from factory.workers import Task, Work, gemini_cli, opencode, qwen
from factory.workers.agent import run
from factory.workers.cli import Cli, Given

MODELS = {"opencode": "factory/"}  # whose sessions do not take the model of their own settings, and how it is named
AGENTS: dict[str, Cli] = {module.CLI.program: module.CLI for module in (gemini_cli, qwen, opencode)}


def cli_for(command: tuple[str, ...]) -> Cli:
    """The agent's own home and environment; its line is the settings'. Mistake where it is none that we know."""
    agent = AGENTS.get(command[0]) if command else None
    if agent is None:
        known = ", ".join(sorted(AGENTS))
        raise Mistake(f"the command of an acp worker starts with one of: {known}", path="ssot/factory.toml")
    return replace(
        agent,
        name=f"acp {agent.name}",
        argv=lambda given: given.command[1:],
        home=lambda given: {**agent.home(given), "prompt": given.prompt},
        env=lambda given: {**agent.env(given), **_session(agent, given)},
        summary=lambda done: done.stdout.decode("utf-8", "replace"),
        error=lambda done, home: "",
        driver=Path(acp_client.__file__),
    )


def _session(agent: Cli, given: Given) -> dict[str, str | Path]:
    model = {"ACP_MODEL": MODELS[agent.program] + given.model} if agent.program in MODELS else {}
    return {"ACP_PROMPT": given.home / "prompt", **model}


def work(task: Task) -> Work:
    return run(cli_for(task.settings.command), task)
