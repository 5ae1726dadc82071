"""Claude Code (tried: 2.1.197). Its own limits are set too, but it overshoots them: the egress proxy holds."""

from __future__ import annotations

from pathlib import Path

from factory.egress.providers import ANTHROPIC
from factory.sandbox.process import Finished
from factory.workers import Task, Work
from factory.workers.agent import run
from factory.workers.cli import NO_KEY, TURNS, Cli, Given, Words, document, field

TOOLS = "Read,Edit,Write,Glob,Grep,Bash"


def _argv(given: Given) -> Words:
    limits = ("--max-turns", str(TURNS), "--max-budget-usd", f"{given.budget_usd:.4f}")
    rights = ("--permission-mode", "acceptEdits", "--allowedTools", TOOLS)
    output = ("--output-format", "json", "--no-session-persistence")
    return ("-p", given.prompt, "--bare", "--model", given.model, *limits, *rights, *output)


def _env(given: Given) -> dict[str, str]:
    return {
        "ANTHROPIC_BASE_URL": given.url,
        "ANTHROPIC_API_KEY": NO_KEY,
        "DISABLE_AUTOUPDATER": "1",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": given.model,  # for its small questions: no other model passes the proxy
        "CLAUDE_CODE_SUBAGENT_MODEL": given.model,
        "FORCE_PROMPT_CACHING_5M": "1",  # an hour's has twice the price
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


def _error(done: Finished, home: Path) -> str:
    """An API error calls itself `success`; `is_error` is what tells."""
    said = document(done.stdout)
    wrong = isinstance(said, dict) and said.get("is_error")
    return (field(said, "result") or field(said, "subtype") or "error") if wrong else ""


CLI = Cli(
    name="claude",
    program="claude",
    install="npm install -g @anthropic-ai/claude-code@2.1.197",
    provider=ANTHROPIC,
    argv=_argv,
    default_model="claude-sonnet-4-5",
    env=_env,
    summary=lambda done: field(document(done.stdout), "result"),
    error=_error,
)


def work(task: Task) -> Work:
    return run(CLI, task)
