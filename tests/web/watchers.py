"""Who watches a console for a long time without a browser, who writes meanwhile, and what the server's process takes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / ".proof" / "console.txt"
NEWEST = re.compile(rb"hx-target=\"#news\".*?no\.(\d+)\.", re.DOTALL)
DIED = 30.0  # seconds without a line after which a watcher gives up
MEGA = 1 << 20


def say(line: str) -> None:
    """Into `.proof/console.txt` and past whatever keeps a test's output, for somebody waits for an hour."""
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")
    os.write(2, f"{line}\n".encode())


class Night:
    """Events as `tests.web.busy` writes them, in a process of its own. `written`: number -> when it was there."""

    def __init__(self, repo: Path, rate: float, seconds: float) -> None:
        command = [sys.executable, "-m", "tests.web.busy", str(repo), str(rate), str(seconds)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.written: dict[int, float] = {}
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as said:
            for line in said:
                number, at = line.split()
                self.written[int(number)] = float(at)

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> int | None:
        """Its exit code."""
        self.process.terminate()
        self._reader.join()
        return self.process.wait()


@contextmanager
def busy_night(repo: Path, rate: float, seconds: float) -> Iterator[Night]:
    """While the block runs, or until the time is over."""
    night = Night(repo, rate, seconds)
    try:
        yield night
    finally:
        night.end()


class Watcher(threading.Thread):
    """One page that is open, as far as the wire. `seen`: number of an event -> when a message had it first."""

    def __init__(self, address: str, place: str) -> None:
        super().__init__(daemon=True)
        self._wire = HTTPConnection(address.removeprefix("http://"), timeout=DIED)
        self._place = place
        self.seen: dict[int, float] = {}
        self.bytes, self.fault, self._ended = 0, "", False

    def run(self) -> None:
        """Until it is told to leave."""
        try:
            self._wire.request("GET", self._place)
            answer, held = self._wire.getresponse(), b""
            while not self._ended and (some := answer.read1(1 << 16)):
                at = time.time()
                self.bytes += len(some)
                *whole, held = (held + some).replace(b"\r", b"").split(b"\n\n")
                for message in whole:
                    if found := NEWEST.search(message):
                        self.seen.setdefault(int(found[1]), at)
            self.fault = "" if self._ended else "the stream ended"
        except (OSError, HTTPException) as error:
            self.fault = "" if self._ended else str(error)
        finally:
            self._wire.close()

    def leave(self) -> None:
        """End it."""
        self._ended = True
        if self._wire.sock:
            self._wire.sock.shutdown(socket.SHUT_RDWR)
        self.join(DIED)


class Memory(NamedTuple):
    """One sample: seconds since the first, MB of the process, MB of the programs that it started, files it has open."""

    at: float
    own: float
    children: float
    files: int


def memory(pid: int, began: float) -> Memory:
    """What a process and its children take now."""
    family = {child: _kilobytes(child) for child in _children(pid)}
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Memory(time.monotonic() - began, _kilobytes(pid) / 1024, sum(family.values()) / 1024, files)


def _kilobytes(pid: int) -> int:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for task in tasks for word in task.read_text().split()]


class Quantiles(NamedTuple):
    """Of waits in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float

    def __str__(self) -> str:
        return (
            f"{self.count} times, p50 {self.p50:.0f}, p95 {self.p95:.0f}, p99 {self.p99:.0f}, most {self.most:.0f} ms"
        )


def quantiles(seconds: list[float]) -> Quantiles:
    """ValueError where there is none."""
    if not seconds:
        raise ValueError("nothing was measured")
    row = sorted(1000 * second for second in seconds)
    p50, p95, p99 = (row[min(len(row) - 1, int(len(row) * share))] for share in (0.5, 0.95, 0.99))
    return Quantiles(len(row), p50, p95, p99, row[-1])


def waits(written: dict[int, float], seen: dict[int, float]) -> list[float]:
    """From an event's being there to the message that had it as the newest one."""
    return [max(0.0, at - written[number]) for number, at in seen.items() if number in written]
