"""Where a command-line agent is installed, and what of the disk it needs to be seen: its own package, no home."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from factory.errors import CouldNotRun

SYSTEM = (Path("/usr"), Path("/bin"), Path("/lib"), Path("/opt"))


@dataclass(frozen=True)
class Installed:
    """A program, links followed, and the folders that a room must be able to read for it."""

    program: Path
    read: tuple[Path, ...]


def find(program: str, path: str, remedy: str) -> Installed:
    """The program on `path`. CouldNotRun with the remedy where it is not installed."""
    found = shutil.which(program, path=path)
    if found is None:
        raise CouldNotRun(f"{program} is not installed; {remedy}")
    at = Path(found).resolve()
    return Installed(at, tuple(root for root in roots(at) if not _seen(root)))


def roots(at: Path) -> tuple[Path, ...]:
    """An npm package's node_modules; a Python environment with its interpreter; else the file alone."""
    for parent in at.parents:
        if parent.name == "node_modules":
            return (parent,)
        config = parent / "pyvenv.cfg"
        if config.is_file():
            lines = dict(line.partition("=")[::2] for line in config.read_text(encoding="utf-8").splitlines())
            homes = [Path(v.strip()).resolve().parent for k, v in lines.items() if k.strip() == "home"]
            return (parent, *homes)
    return (at,)


def _seen(root: Path) -> bool:
    return any(root.is_relative_to(system) for system in SYSTEM)
