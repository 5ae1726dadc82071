"""A run as its own process, so that a second terminal, a signal or a kill can meet it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from factory.sandbox.process import Finished
from factory.sandbox.process import run as call
from tests.line.conftest import SETTINGS, Shop

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds
FAST = SETTINGS + '\n[sandbox]\nkind = "none"\n'

# A worker that works until it is told to go on; ticket D-1 alone waits.
SLOW = """
if [ "$FACTORY_TICKET" = D-1 ] && [ ! -e "@GO@" ]; then
  touch "@GO@.waits"; n=0; while [ ! -e "@GO@" ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
fi
echo right > "$FACTORY_TICKET.txt"
"""


def command(shop: Shop, *args: str) -> list[str]:
    return [sys.executable, "-c", "from factory.cli import main; main()", *args, "--repo", str(shop.path)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def second(shop: Shop, *args: str) -> Finished:
    """A command in a second terminal."""
    return call(command(shop, *args), cwd=ROOT, env=environment(), timeout=PATIENCE)


class Run:
    """`factory run`, while it is on."""

    def __init__(self, shop: Shop, go: Path, child: subprocess.Popen[bytes], screen: Path) -> None:
        self.shop, self.go, self.child, self._screen = shop, go, child, screen

    @property
    def out(self) -> str:
        """What it has printed so far."""
        return self._screen.read_text(encoding="utf-8")

    def says(self, words: str) -> None:
        self.until(lambda: words in self.out, words)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{what} never came: {self.shop.run('status').out}"
            time.sleep(0.05)

    def worker_waits(self) -> None:
        self.until(lambda: Path(f"{self.go}.waits").exists(), "the worker's start")

    def state(self, ticket: str) -> str:
        return str(self.shop.run("status", "--json").json["tickets"][ticket]["state"])

    def send(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    def let_go(self) -> None:
        self.go.touch()

    def ends(self) -> int:
        return self.child.wait(timeout=PATIENCE)


@contextmanager
def running(shop: Shop, go: Path) -> Iterator[Run]:
    """A run whose worker at D-1 waits for the file `go`; killed at the end, if it still lives."""
    screen = go.with_suffix(".screen")
    with (
        screen.open("wb") as out,
        subprocess.Popen(
            command(shop, "run"), stdout=out, stderr=subprocess.STDOUT, env=environment(), cwd=ROOT
        ) as child,
    ):
        run = Run(shop, go, child, screen)
        try:
            run.worker_waits()
            yield run
        finally:
            if child.poll() is None:
                child.kill()


def safe(shop: Shop) -> None:
    """Nothing false, nothing lost, nothing left running."""
    assert shop.run("verify").code == 0
    assert shop.git("fsck", "--strict", "--no-dangling") == ""
    assert shop.git("status", "--porcelain") == ""
    status = shop.run("status", "--json").json
    assert status["state"] != "RUNNING"
    assert status["counts"]["INFLIGHT"] == 0
    ours = shop.git("for-each-ref", "--format=%(refname)", "refs/heads/factory", "refs/factory").split()
    assert ours == ["refs/heads/factory/ledger"]
    assert _left(shop.path.parent) == []


def _left(where: Path) -> list[str]:
    """Processes that work below a folder or name it: a worker that outlived its run."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                said = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if str(where) in said:
                found.append(said)
    return found
