"""Where a controller keeps its own: small, so that a command that only looks need not load the tools of a run."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from factory.git.repo import Repo


def private_dir(repo: Repo) -> Path:
    """Where the controller's lock and notes lie: in the git directory that all worktrees share."""
    return repo.common_dir / "factory"


def cache_dir(repo: Repo, environ: Mapping[str, str]) -> Path:
    """Where rooms and the gate's results lie: outside the repository, so that git in a room cannot find it."""
    base = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME") or "/var/tmp", ".cache")
    return Path(base) / "stampmill" / hashlib.sha256(os.fsencode(repo.common_dir)).hexdigest()[:16]
