"""python -m tests.clients.install FOLDER: the agents' pinned versions, from npm and PyPI; says which it cannot install.

The versions are the ones that the workers' own install hints name, so that what is tested is what is recommended.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from factory.workers import aider, claude, codex, gemini_cli, mini_swe_agent, opencode, qwen

SECONDS = 300


def command(hint: str, folder: Path) -> list[str]:
    """An install hint, turned to a folder of ours."""
    words = shlex.split(hint)
    if words[0] == "npm":
        return ["npm", "install", "--prefix", str(folder), "--no-fund", "--no-audit", "--loglevel=error", words[-1]]
    return [shutil.which("uv") or "uv", *words[1:]]


def main(folder: Path) -> None:
    env = {**os.environ, "UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    for module in (claude, codex, gemini_cli, qwen, opencode, mini_swe_agent, aider):
        hint = module.CLI.install
        done = folder / f"{module.CLI.name}.installed"
        if done.is_file() and done.read_text() == hint:
            continue
        try:
            ran = subprocess.run(command(hint, folder), env=env, capture_output=True, text=True, timeout=SECONDS)
            why = "" if ran.returncode == 0 else (ran.stderr.strip().splitlines() or ["it says nothing"])[-1][:200]
        except (OSError, subprocess.TimeoutExpired) as error:
            why = str(error)[:200]
        if why:
            sys.stdout.write(f"SKIPPED {module.CLI.name}: `{hint}` failed: {why}\n")
        else:
            done.write_text(hint)
            sys.stdout.write(f"installed {module.CLI.name}: {hint}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
