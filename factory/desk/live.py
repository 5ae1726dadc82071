"""The last lines of what a running attempt prints."""

from __future__ import annotations

from pathlib import Path

from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.line.live import live_path


def tail(path: Path, item: str, lines: int = 20) -> tuple[str, ...]:
    """Newest last; none where it does not run here, or has printed nothing. Secrets are masked in the file already."""
    with Repo(path) as repo:
        at = live_path(private_dir(repo), item)
    try:
        return tuple(at.read_bytes().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ()
