"""A control group for one job, where this user may make one: it bounds memory and processes, whatever forks."""

from __future__ import annotations

import functools
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from factory.sandbox.sandbox import JobLimits

PREFIX = "stampmill-"
MB = 1 << 20
_numbers = itertools.count()


@dataclass(frozen=True)
class ControlGroup:
    """`enter` is put before a command: it joins the groups, then becomes the command (so its parent stays)."""

    enter: tuple[str, ...] = ()
    bounds_processes: bool = False


@dataclass(frozen=True)
class Place:
    """A folder of a hierarchy in which groups can be made, and the files that bound memory and processes there."""

    folder: Path
    memory: str = ""
    processes: str = ""


@functools.cache
def places() -> tuple[Place, ...]:
    """Where groups can be made here: in cgroup v2 where both controllers reach us, else in v1's two hierarchies."""
    own = _own()
    unified = Path("/sys/fs/cgroup") / own.get("", "/").lstrip("/")
    v2 = Place(unified, "memory.max", "pids.max")
    if _usable(v2):
        return (v2,)
    v1 = (
        Place(Path("/sys/fs/cgroup/memory") / own.get("memory", "/").lstrip("/"), memory="memory.limit_in_bytes"),
        Place(Path("/sys/fs/cgroup/pids") / own.get("pids", "/").lstrip("/"), processes="pids.max"),
    )
    return tuple(place for place in v1 if _usable(place))


def _own() -> dict[str, str]:
    """controller -> this process's group ('' is v2's)."""
    out: dict[str, str] = {}
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            out.update((name, path) for name in controllers.split(","))
    return out


def _usable(place: Place) -> bool:
    """Whether a group made there has its files: tried out. What a dead controller left goes on the way."""
    _sweep(place.folder)
    probe = place.folder / f"{PREFIX}{os.getpid()}-probe"
    try:
        probe.mkdir()
    except OSError:
        return False
    try:
        return all((probe / name).exists() for name in (place.memory, place.processes) if name)
    finally:
        _remove(probe)


def _sweep(folder: Path) -> None:
    with suppress(OSError):
        for left in folder.glob(f"{PREFIX}*"):
            owner = left.name.removeprefix(PREFIX).partition("-")[0]
            if owner.isdigit() and not Path("/proc", owner).exists():
                _remove(left)


def _remove(folder: Path) -> None:
    """A group can go when the last process in it was reaped, which the kernel does a moment after the kill."""
    for turn in range(9):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.001 * 2**turn)  # one that stays all the same is found by the next start
        else:
            return


@contextmanager
def made(limits: JobLimits) -> Iterator[ControlGroup]:
    """Groups for one job; an empty one where none can be made. They are removed at the end."""
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    folders: list[Path] = []
    try:
        yield _make(name, limits, folders)
    finally:
        for folder in folders:
            _remove(folder)


def _make(name: str, limits: JobLimits, folders: list[Path]) -> ControlGroup:
    processes = False
    for place in places():
        folder = place.folder / name
        folder.mkdir()
        folders.append(folder)
        if place.memory:
            (folder / place.memory).write_text(str(limits.memory_mb * MB))
        if place.processes:
            (folder / place.processes).write_text(str(limits.processes + 4))  # bubblewrap's own
            processes = True
    if not folders:
        return ControlGroup()
    joins = "".join(f'echo $$ > "${number}" && ' for number in range(1, len(folders) + 1))
    script = f'{joins}shift {len(folders)} && exec "$@"'
    return ControlGroup(("/bin/sh", "-c", script, "sh", *(f"{f}/cgroup.procs" for f in folders)), processes)
