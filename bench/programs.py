"""Programs that a baseline is made of. Started plainly: a baseline must pay for nothing of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GIT_CONFIG = {"gc.auto": "0", "maintenance.auto": "false", "core.fsync": "all", "safe.directory": "*"}


def environment(home: Path) -> dict[str, str]:
    """An environment without the machine's own git configuration; git's durability is switched on, as ours is."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "bench",
        "GIT_AUTHOR_EMAIL": "bench@stampmill.invalid",
        "GIT_COMMITTER_NAME": "bench",
        "GIT_COMMITTER_EMAIL": "bench@stampmill.invalid",
        "GIT_CONFIG_COUNT": str(len(GIT_CONFIG)),
    }
    for n, (key, value) in enumerate(GIT_CONFIG.items()):
        env[f"GIT_CONFIG_KEY_{n}"], env[f"GIT_CONFIG_VALUE_{n}"] = key, value
    return env


def run(argv: list[str], home: Path, cwd: Path, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> bytes:
    """stdout of a program that must end with one of these codes."""
    done = subprocess.run(argv, cwd=cwd, env=environment(home), input=stdin, capture_output=True, check=False)
    if done.returncode not in ok:
        raise RuntimeError(f"{argv[:3]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def git(repo: Path, home: Path, *args: str, stdin: bytes = b"") -> bytes:
    return run(["git", *args], home, repo, stdin)


def python(home: Path, cwd: Path, *args: str) -> bytes:
    """The interpreter that runs this benchmark, in a new process."""
    return run([sys.executable, *args], home, cwd)


def factory(home: Path, cwd: Path, *args: str) -> bytes:
    """The `factory` command, in a new process, as its installed script starts it."""
    return python(home, cwd, "-c", "import sys; from factory.cli import main; main()", *args)
