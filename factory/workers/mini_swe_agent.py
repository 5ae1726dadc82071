"""mini-swe-agent (tried: 2.4.6, with `mcp` beside it). It exits 0 when it ran out of steps: its trajectory tells."""

from __future__ import annotations

from pathlib import Path

from factory.egress.providers import OPENAI
from factory.sandbox.process import Finished
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, TURNS, Cli, Given, Words, document, field, left

SUBMITTED = "Submitted"


def _argv(given: Given) -> Words:
    settings = ("mini.yaml", f"model.model_kwargs.api_base={given.url}/v1", f"agent.step_limit={TURNS}")
    words = [word for setting in settings for word in ("-c", setting)]
    start = ("-y", "--exit-immediately", "-l", f"{given.budget_usd:.4f}", "-m", f"openai/{given.model}")
    return (*start, *words, "-o", given.home / "traj.json", "-t", given.prompt)


def _env(given: Given) -> dict[str, str | Path]:
    return {
        "MSWEA_GLOBAL_CONFIG_DIR": given.home / "mini",
        "MSWEA_CONFIGURED": "true",
        "MSWEA_SILENT_STARTUP": "1",
        "MSWEA_COST_TRACKING": "ignore_errors",
        "OPENAI_API_KEY": NO_KEY,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def _error(done: Finished, home: Path) -> str:
    status = field(document(left(home, "traj.json")), "info", "exit_status")
    return "" if status in ("", SUBMITTED) else status


CLI = Cli(
    name="mini-swe-agent",
    program="mini",
    install="uv tool install --with mcp mini-swe-agent==2.4.6",
    provider=OPENAI,
    argv=_argv,
    env=_env,
    home=lambda given: {"mini/.env": ""},
    error=_error,
)


def work(task: Task) -> Work:
    return run(CLI, task)
