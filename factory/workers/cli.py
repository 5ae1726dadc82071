"""What a command-line agent is, as values: what its line is made from, and what differs from agent to agent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory.egress.providers import Provider
from factory.sandbox.process import Finished

NO_KEY = "the-key-is-outside-of-the-room"
TURNS = 100
LEFT = 4 * 1024 * 1024  # bytes of a file that an agent left in its home

Words = tuple[str | Path, ...]


@dataclass(frozen=True)
class Given:
    """What an agent's command line is made from. A Path is told as the room sees it."""

    prompt: str
    model: str
    effort: str = ""
    budget_usd: float = 1.0
    files: tuple[str, ...] = ()  # what the ticket may change, as far as it is there
    command: tuple[str, ...] = ()  # the settings' command, where a kind takes one
    port: int = 8765  # of the forwarder, on the room's loopback
    home: Path = Path("/factory/home")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Cli:
    """One agent: how it runs headless, what it finds in its private home, where it says what it did."""

    name: str
    program: str
    install: str  # the remedy where it is missing
    provider: Provider
    argv: Callable[[Given], Words]  # without the program
    env: Callable[[Given], Mapping[str, str | Path]]
    home: Callable[[Given], Mapping[str, str]] = lambda given: {}  # files below HOME, by relative path
    summary: Callable[[Finished], str] = lambda done: done.stdout.decode("utf-8", "replace")
    error: Callable[[Finished, Path], str] = lambda done, home: ""  # what went wrong although it exited 0
    driver: Path | None = None  # a program of ours that stands before the agent's
    default_model: str = ""  # where the settings name none; empty: they must
    efforts: bool = False  # whether it can be told how hard to think


def document(text: bytes) -> Any:
    """JSON, or an empty object where it is none: an agent's words decide nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def events(done: Finished) -> list[dict[str, Any]]:
    """The JSON objects of an output that has one on each line."""
    found = [document(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    return [one for one in found if isinstance(one, dict)]


def field(found: Any, *path: str) -> str:
    """A text deep in a document; empty where it is not there."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def left(home: Path, name: str) -> bytes:
    """A file that the agent left in its home; empty where it is no plain file of a bearable size."""
    at = home / name
    try:
        if at.is_symlink() or not at.is_file() or at.stat().st_size > LEFT:
            return b""
        return at.read_bytes()
    except OSError:
        return b""
