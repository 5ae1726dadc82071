"""The process itself: it says where it is, tells what happens as it happens, and ends politely."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from factory.faces.web.serving import served_beside
from tests.desk.conftest import Mixed
from tests.line.night import FAST, SLOW, running
from tests.line.test_beforehand import Make
from tests.web.browser import console_at
from tests.web.test_console import state

PATIENCE = 60


def lines(address: str, path: str) -> Iterator[str]:
    """The lines of a stream as they come."""
    with urllib.request.urlopen(f"{address}{path}", timeout=PATIENCE) as answer:
        for line in answer:
            yield line.decode()


def test_what_happens_is_told_over_the_wire_and_nothing_is_written(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("stop").code == 0
    before = state(shop)
    with console_at(shop.path) as address:
        told = lines(address, "/stream?panes=line")
        assert any("pane-line" in line for line in told)
        assert state(shop) == before
        assert shop.run("resume").code == 0
        assert any(">resume<" in line for line in told)
        told.close()


def test_a_run_that_is_killed_is_not_said_to_be_on(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with console_at(shop.path) as address:
        told = lines(address, "/stream?panes=line")
        with running(shop, go) as run:
            assert any(">RUNNING<" in line for line in told)
            run.send(signal.SIGKILL)
            run.ends()
        assert any(">RECOVERABLE<" in line for line in told)
        told.close()


def test_it_is_served_beside_something_else_in_the_same_process(mixed: Mixed) -> None:
    said: list[str] = []
    alive = threading.active_count()
    with served_beside(mixed().path, 0, said.append):
        address = re.findall(r"http://127\.0\.0\.1:\d+", said[0])[0]
        with urllib.request.urlopen(f"{address}/livez", timeout=PATIENCE) as answer:
            assert answer.status == 200
    assert threading.active_count() <= alive + 1


def test_a_port_that_is_taken_is_one_line(mixed: Mixed) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "factory", "serve", "--port", port, "--repo", str(mixed().path)]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr.startswith(f"factory: port {port} cannot be had (")
    assert ran.stderr.count("\n") == 1
