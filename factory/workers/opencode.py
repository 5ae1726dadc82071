"""opencode (tried: 1.18.33), with any model behind an OpenAI endpoint; its provider is a file in the private home."""

from __future__ import annotations

import json
from pathlib import Path

from factory.egress.providers import OPENAI
from factory.sandbox.process import Finished
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, Cli, Given, events, field

OFF = ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")


def _config(given: Given) -> str:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "factory",
        "options": {"baseURL": f"{given.url}/v1", "apiKey": NO_KEY},
        "models": {given.model: {"name": given.model}},
    }
    rights = {"edit": "allow", "bash": "allow", "webfetch": "deny"}
    return json.dumps(
        {"provider": {"factory": provider}, "permission": rights, "autoupdate": False, "share": "disabled"}
    )


def _env(given: Given) -> dict[str, str | Path]:
    off: dict[str, str | Path] = {f"OPENCODE_DISABLE_{name}": "1" for name in OFF}
    return {**off, "XDG_DATA_HOME": given.home / ".local/share", "XDG_CONFIG_HOME": given.home / ".config"}


def _summary(done: Finished) -> str:
    return "\n".join(field(event, "part", "text") for event in events(done) if event.get("type") == "text")


def _error(done: Finished, home: Path) -> str:
    failed = [event for event in events(done) if event.get("type") == "error"]
    return (field(failed[-1], "error", "data", "message") or field(failed[-1], "error", "name")) if failed else ""


CLI = Cli(
    name="opencode",
    program="opencode",
    install="npm install -g opencode-ai@1.18.33",
    provider=OPENAI,
    argv=lambda given: ("run", "--pure", "--model", f"factory/{given.model}", "--format", "json", given.prompt),
    env=_env,
    home=lambda given: {".config/opencode/opencode.json": _config(given), ".local/share/.keep": ""},
    summary=_summary,
    error=_error,
)


def work(task: Task) -> Work:
    return run(CLI, task)
