"""aider (tried: 0.86.2), with any model behind an OpenAI endpoint. It exits 0 on a refused key, and says usage as text.

It is given the files by name and asks for no others; its histories go into the private home, not into the room.
"""

from __future__ import annotations

from factory.egress.providers import OPENAI
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, Cli, Given, Words

OFF = ("stream", "pretty", "auto-commits", "git", "gitignore", "suggest-shell-commands", "show-model-warnings")
HISTORIES = ("input", "chat", "llm")


def _argv(given: Given) -> Words:
    off = tuple(f"--no-{name}" for name in OFF)
    histories = [w for name in HISTORIES for w in (f"--{name}-history-file", given.home / f"aider.{name}")]
    quiet = ("--yes-always", "--no-check-update", "--analytics-disable", "--map-tokens", "0")
    model = ("--model", f"openai/{given.model}", "--edit-format", "diff")
    return (*model, *off, *quiet, *histories, "--message", given.prompt, *given.files)


def _env(given: Given) -> dict[str, str]:
    return {
        "OPENAI_API_BASE": f"{given.url}/v1",
        "OPENAI_API_KEY": NO_KEY,
        "AIDER_ANALYTICS": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


CLI = Cli(
    name="aider",
    program="aider",
    install="uv tool install aider-chat==0.86.2",
    provider=OPENAI,
    argv=_argv,
    env=_env,
)


def work(task: Task) -> Work:
    return run(CLI, task)
