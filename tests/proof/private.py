"""Runs one of these modules as a program in a mount namespace of its own: what it mounts, nobody else sees."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.proof.forge import ROOT


def why_not() -> str:
    """Why nothing can be mounted here; "" where it can."""
    if shutil.which("unshare") is None:
        return "unshare (util-linux) is not installed"
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stderr.strip()


def run(module: str, under: Path, *arguments: str, timeout: float = 600) -> list[str]:
    """The faults that the module found; it prints them as JSON on its last line."""
    argv = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", module, str(under), *arguments]
    done = subprocess.run(argv, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
                          timeout=timeout)  # fmt: skip
    if done.returncode:
        return [f"{module} ended with {done.returncode}: {done.stderr[-2000:]}"]
    faults: list[str] = json.loads(done.stdout.splitlines()[-1])
    return faults
