"""Where a command-line agent is installed, and what of the disk it needs to be seen: its own package, no home."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from factory.errors import NoWorker

SYSTEM = (Path("/usr"), Path("/bin"), Path("/lib"), Path("/opt"))


@dataclass(frozen=True)
class Installed:
    """A program, links followed, and the folders that a room must be able to read for it."""

    program: Path
    read: tuple[Path, ...]
    interpreter: Path | None = None  # where the room would not find the one that its first line names

    @property
    def argv(self) -> tuple[str, ...]:
        return (*([str(self.interpreter)] if self.interpreter else []), str(self.program))


def find(program: str, path: str, remedy: str) -> Installed:
    """The program on `path`. NoWorker with the remedy where it is not installed."""
    found = shutil.which(program, path=path)
    if found is None:
        raise NoWorker(f"{program} is not installed; {remedy}")
    at = Path(found).resolve()
    interpreter = _interpreter(at, path)
    needed = (*roots(at), *([interpreter] if interpreter else []))
    return Installed(at, tuple(root for root in dict.fromkeys(needed) if not _seen(root)), interpreter)


def _interpreter(at: Path, path: str) -> Path | None:
    """What `#!/usr/bin/env NAME` means on `path`, where that is not the system's: a version manager's node, say.

    None where that is a script itself, which would look for a home that the room does not have.
    """
    first = _first_line(at).split()
    if len(first) < 2 or first[0] != "#!/usr/bin/env" or first[1].startswith("-"):
        return None
    found = shutil.which(first[1], path=path)
    real = Path(found).resolve() if found else None
    return real if real and not _seen(real) and not _first_line(real).startswith("#!") else None


def _first_line(at: Path) -> str:
    with at.open("rb") as file:
        return file.readline(200).decode("utf-8", "replace")


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
