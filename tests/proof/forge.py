"""Starts runs by forking a process that has everything imported: half of a short run went into imports.

As a program it is that process: it reads one order a line, forks, and answers with the child's pid and, at its end,
with its exit code. It has one thread, so that a fork of it is as good as a process of its own.
"""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]


class Ran(NamedTuple):
    """How one run ended: exit code (negative: the signal that ended it), stdout, stderr."""

    code: int
    out: str
    err: str


class Running:
    """One run, from its start to its end."""

    def __init__(self, server: subprocess.Popen[str], argv: list[str], env: Mapping[str, str]) -> None:
        self._server = server
        self._said = [tempfile.NamedTemporaryFile("r") for _ in range(2)]  # noqa: SIM115 (closed by `end`)
        order = {"argv": argv, "env": dict(env), "said": [file.name for file in self._said]}
        assert server.stdin is not None
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        self.pid = int(self._answer())

    def _answer(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()

    def ended(self, seconds: float = 0) -> bool:
        """Whether it ends within so long."""
        return bool(select.select([self._server.stdout], [], [], seconds)[0])

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it ended in this moment
            os.kill(self.pid, signal.SIGKILL)

    def end(self, timeout: float) -> Ran:
        """Wait for the end. A run that takes longer is aborted, and says on stderr where it hangs."""
        if not self.ended(timeout):
            os.kill(self.pid, signal.SIGABRT)
        code = int(self._answer())
        out, err = (file.read() for file in self._said)
        for file in self._said:
            file.close()
        return Ran(code, out, err)


@cache
def _server(_process: int) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.proof.forge"], env=env, cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def light() -> int:
    """Start this process's server, so that it is known before a run's orphans are counted; its pid."""
    return _server(os.getpid()).pid


def start(argv: list[str], env: Mapping[str, str]) -> Running:
    """`tests.proof.launch` with these arguments and nothing but this environment; one at a time."""
    return Running(_server(os.getpid()), argv, env)


def _serve() -> Any:
    """Answers orders; comes back in the child of each."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            return json.loads(line)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()
    return sys.exit()


def _become(env: Mapping[str, str], said: list[str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    for handle, path, how in ((0, os.devnull, os.O_RDONLY), (1, said[0], os.O_WRONLY), (2, said[1], os.O_WRONLY)):
        opened = os.open(path, how)
        os.dup2(opened, handle)
        os.close(opened)
    faulthandler.enable()


if __name__ == "__main__":
    from tests.proof import launch

    order = _serve()
    _become(order["env"], order["said"])
    launch.main(*order["argv"])
