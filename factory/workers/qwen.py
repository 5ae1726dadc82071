"""Qwen Code (tried: 0.15.10), with any model behind an OpenAI endpoint. It exits 0 on a refused key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from factory.egress.providers import OPENAI
from factory.sandbox.process import Finished
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, TURNS, Cli, Given, Words, document, field


def _argv(given: Given) -> Words:
    limits = ("--max-session-turns", str(TURNS))
    return ("--auth-type", "openai", "--bare", "--approval-mode", "yolo", *limits, "-o", "json", given.prompt)


def _env(given: Given) -> dict[str, str]:
    return {"OPENAI_BASE_URL": f"{given.url}/v1", "OPENAI_API_KEY": NO_KEY, "OPENAI_MODEL": given.model}


def _last(done: Finished) -> dict[str, Any]:
    """The result is the last element of a list."""
    said = document(done.stdout)
    last = said[-1] if isinstance(said, list) and said else said
    return last if isinstance(last, dict) else {}


def _error(done: Finished, home: Path) -> str:
    last = _last(done)
    return (field(last, "error", "message") or "error") if last.get("is_error") else ""


CLI = Cli(
    name="qwen",
    program="qwen",
    install="npm install -g @qwen-code/qwen-code@0.15.10",
    provider=OPENAI,
    argv=_argv,
    env=_env,
    summary=lambda done: field(_last(done), "result"),
    error=_error,
)


def work(task: Task) -> Work:
    return run(CLI, task)
