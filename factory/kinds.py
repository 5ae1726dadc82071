"""The kinds of worker, and the module of each: a new one is a file and a line here."""

from __future__ import annotations

KINDS = {
    "command": "factory.workers.command",
    "patch": "factory.workers.patch",
    "gemini": "factory.workers.gemini",
    "claude": "factory.workers.claude",
    "codex": "factory.workers.codex",
    "gemini-cli": "factory.workers.gemini_cli",
    "aider": "factory.workers.aider",
    "opencode": "factory.workers.opencode",
    "qwen": "factory.workers.qwen",
    "mini-swe-agent": "factory.workers.mini_swe_agent",
    "acp": "factory.workers.acp",
}

BUILT_IN = "built-in"  # no setting: it does itself what a card says
