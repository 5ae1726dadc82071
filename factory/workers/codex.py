"""Codex CLI (tried: 0.169.0). Its own sandbox cannot nest in ours, so it is off; it has no limit of its own."""

from __future__ import annotations

import json
from pathlib import Path

from factory.egress.providers import OPENAI
from factory.sandbox.process import Finished
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, Cli, Given, Words, events, field


def _argv(given: Given) -> Words:
    provider = {"name": "factory", "base_url": f"{given.url}/v1", "env_key": "FACTORY_KEY", "wire_api": "responses"}
    table = ",".join(f"{name}={json.dumps(value)}" for name, value in provider.items())
    settings = {
        "model_provider": "factory",
        "model_providers.factory": f"{{{table},request_max_retries=1,stream_max_retries=1}}",
        "web_search": '"disabled"',  # the provider would run it: a network
    }
    if given.effort:
        settings["model_reasoning_effort"] = given.effort
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    quiet = ("--json", "--ephemeral", "--skip-git-repo-check", "--ignore-user-config", "-s", "danger-full-access")
    return ("exec", *quiet, *words, "-m", given.model, given.prompt)


def _summary(done: Finished) -> str:
    items = [event.get("item") for event in events(done) if event.get("type") == "item.completed"]
    texts = [field(item, "text") for item in items if field(item, "type") == "agent_message"]
    return texts[-1] if texts else ""


def _error(done: Finished, home: Path) -> str:
    failed = [event for event in events(done) if event.get("type") == "turn.failed"]
    return (field(failed[-1], "error", "message") or "turn.failed") if failed else ""


CLI = Cli(
    name="codex",
    program="codex",
    install="npm install -g @openai/codex@0.169.0",
    provider=OPENAI,
    argv=_argv,
    default_model="gpt-5.1-codex",
    env=lambda given: {"CODEX_HOME": given.home / ".codex", "FACTORY_KEY": NO_KEY},
    home=lambda given: {".codex/config.toml": ""},
    summary=_summary,
    error=_error,
    efforts=True,
)


def work(task: Task) -> Work:
    return run(CLI, task)
