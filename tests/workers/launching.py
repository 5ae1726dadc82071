"""A launch without a sandbox: real processes, a path is told as it is. For agents that do as they are scripted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from factory.sandbox import process
from factory.sandbox.process import Finished


def plain_launch(room: Path, *, seconds: float = 60) -> Callable[..., Finished]:
    def launch(
        argv: tuple[str | Path, ...],
        *,
        env: Mapping[str, str | Path] = {},
        files: Mapping[str, Path] = {},
        write: Mapping[str, Path] = {},
        read: tuple[Path, ...] = (),
        socket: Path | None = None,
        end: threading.Event | None = None,
    ) -> Finished:
        told = {name: str(value) for name, value in env.items()}
        given = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **told}
        return process.run([str(word) for word in argv], cwd=room, env=given, timeout=seconds, stop=end)

    return launch
