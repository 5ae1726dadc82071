"""Gemini CLI (tried: 0.61.0). It rewrites its settings file, which is therefore in the private home."""

from __future__ import annotations

import json
from pathlib import Path

from factory.egress.providers import GEMINI
from factory.sandbox.process import Finished
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, TURNS, Cli, Given, Words, document, field

SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},  # without it: exit 41
    "model": {"maxSessionTurns": TURNS},
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "tools": {"exclude": ["google_web_search", "web_fetch"]},  # the provider would run them: a network
}


# What its helpers (loop detection, edits that miss, a history grown too long) are called, and what they derive from.
HELPERS = ("base", *(f"chat-compression-{kind}" for kind in ("default", "3-pro", "3-flash", "3.1-flash-lite")))


def _settings(given: Given) -> str:
    """Its helpers ask the worker's model, too: no other one passes the proxy."""
    overrides = [{"match": {"model": name}, "modelConfig": {"model": given.model}} for name in HELPERS]
    return json.dumps({**SETTINGS, "modelConfigs": {"customOverrides": overrides}})


def _argv(given: Given) -> Words:
    quiet = ("--approval-mode", "yolo", "--skip-trust", "-o", "json", "-e", "none")
    return ("-p", given.prompt, "-m", given.model, *quiet)


def _env(given: Given) -> dict[str, str]:
    return {
        "GOOGLE_GEMINI_BASE_URL": given.url,
        "GEMINI_API_KEY": NO_KEY,
        "GEMINI_MODEL": given.model,
        "GEMINI_TELEMETRY_ENABLED": "false",
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }


def _error(done: Finished, home: Path) -> str:
    return field(document(done.stdout), "error", "message")


CLI = Cli(
    name="gemini-cli",
    program="gemini",
    install="npm install -g @google/gemini-cli@0.61.0",
    provider=GEMINI,
    argv=_argv,
    default_model="gemini-2.5-flash",
    env=_env,
    home=lambda given: {".gemini/settings.json": _settings(given)},
    summary=lambda done: field(document(done.stdout), "response"),
    error=_error,
)


def work(task: Task) -> Work:
    return run(CLI, task)
