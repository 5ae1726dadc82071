"""A launch without a sandbox: real processes, a path is told as it is. For agents that do as they are scripted."""

from __future__ import annotations

import os
from pathlib import Path

from factory.sandbox import process
from factory.sandbox.process import Finished
from factory.workers import Launch, Program


def plain_launch(room: Path, *, seconds: float = 60) -> Launch:
    def launch(program: Program) -> Finished:
        told = {name: str(value) for name, value in program.env.items()}
        given = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **told}
        return process.run([*map(str, program.argv)], cwd=room, env=given, timeout=seconds, stop=program.end)

    return launch
