"""Where untrusted code runs: a job, and the kinds of box that can run it. Each is probed, or refused with a remedy."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from factory.sandbox.process import Finished
from factory.ssot import settings

Kind = Literal["auto", "bwrap", "docker", "podman", "none"]
SANDBOX_UID = 61616  # what a job runs as where the controller is root; owns nothing else on a host
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class JobLimits:
    """What one job may use. Megabytes are 2**20 bytes."""

    memory_mb: int = 4096
    processes: int = 512
    file_mb: int = 512  # the largest file that it may write
    room_mb: int = 2048  # all that it may write to its room
    open_files: int = 4096
    scratch_mb: int = 1024  # its private /tmp; half as much for its home

    @classmethod
    def of(cls, box: settings.SandboxTerms) -> JobLimits:
        return cls(box.memory_mb, box.processes, box.file_mb, box.room_mb)


@dataclass(frozen=True)
class Toolchains:
    """The toolchains of the host that a job may use (`sandbox/toolchains.py`)."""

    path: tuple[str, ...] = tuple(SYSTEM_PATH.split(":"))
    read: tuple[Path, ...] = ()  # host paths, read-only, at their own place
    env: Mapping[str, str] = field(default_factory=dict)
    offline: Mapping[str, str] = field(default_factory=dict)  # the same, where there is no network


@dataclass(frozen=True)
class Job:
    """One command in one room."""

    argv: tuple[str, ...]
    room: Path
    timeout: float  # seconds
    at: str = "/room"  # where the command sees its room
    env: Mapping[str, str] = field(default_factory=dict)  # added to the environment that every kind builds
    network: Literal["none", "full"] = "none"
    socket: Path | None = None  # a unix socket of the controller's, bound in
    read: tuple[Path, ...] = ()  # further host paths, read-only, at their own place
    hide: tuple[Path, ...] = ()  # of these the folders that are empty for it
    files: Mapping[str, Path] = field(default_factory=dict)  # path inside -> host file or folder, read-only
    write: Mapping[str, Path] = field(default_factory=dict)  # path inside -> host folder, writable
    python: Path | None = None  # an interpreter: bound with all that it needs, its folder first in PATH
    tools: Toolchains = Toolchains()
    limits: JobLimits = JobLimits()
    stop: threading.Event | None = None
    pass_fds: tuple[int, ...] = ()
    hear: Callable[[bytes], None] | None = None  # is told what it prints, while it prints


class Sandbox(Protocol):
    """A kind of box that was probed and works."""

    @property
    def kind(self) -> str: ...

    def run(self, job: Job) -> Finished:
        """Runs the job; a command ended by signal n inside is code 128 + n. CouldNotRun where the box itself failed."""

    def inside(self, job: Job, host: Path) -> str:
        """Where the job's command sees a host path."""


def python_paths(python: Path) -> tuple[Path, ...]:
    """The folders that must be readable for an interpreter to start, be it a venv's or one below a home folder."""
    found: list[Path] = []
    at = Path(os.path.abspath(python))
    for _ in range(16):  # each link on the way may belong to another installation
        prefix = at.parent.parent
        found.append(prefix)
        found += _home_of(prefix)
        if not at.is_symlink():
            break
        at = Path(os.path.normpath(at.parent / os.readlink(at)))
    found.append(Path(os.path.realpath(python)).parent.parent)
    return tuple(p for p in dict.fromkeys(found) if not in_system(p) and p.is_dir())


def _home_of(prefix: Path) -> list[Path]:
    """The base installation that a venv's pyvenv.cfg names."""
    try:
        lines = (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    homes = [value.strip() for key, _, value in (line.partition("=") for line in lines) if key.strip() == "home"]
    return [p for home in homes for p in (Path(home).parent, Path(os.path.realpath(home)).parent)]


def in_system(path: Path) -> bool:
    """Whether a path is there anyway: below /usr, or the root itself."""
    return path == Path("/") or path.is_relative_to("/usr")


def environment(job: Job, home: str, scratch: str) -> dict[str, str]:
    """The whole environment of a job, built from nothing and the same for every kind."""
    first = (str(Path(os.path.abspath(job.python)).parent),) if job.python else ()
    usual = {"PATH": ":".join(dict.fromkeys((*first, *job.tools.path))), "HOME": home, "LANG": "C.UTF-8"}
    tools = {**job.tools.env, **(job.tools.offline if job.network == "none" else {})}
    return {**usual, "TMPDIR": scratch, "USER": "worker", **tools, **job.env}


def shown(job: Job, host: Path, socket: str) -> str:
    """Where the job's command sees a host path; `socket`: where it sees the controller's."""
    table = {**job.files, **job.write, job.at: job.room, **({socket: job.socket} if job.socket else {})}
    for inside, outer in table.items():
        if host == outer or host.is_relative_to(outer):
            tail = host.relative_to(outer).as_posix()
            return inside if tail == "." else f"{inside.rstrip('/')}/{tail}"
    return str(host)
