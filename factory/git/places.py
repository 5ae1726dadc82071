"""Where a controller keeps its own: small, so that a command that only looks need not load the tools of a run."""

from __future__ import annotations

import errno
import hashlib
import os
import pwd
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from factory.errors import CouldNotRun
from factory.git.repo import Repo

APART = "/var/tmp"  # kept over a restart, and everybody may write there


def home(environ: Mapping[str, str]) -> Path:
    """The user's own folder: what HOME says, else the system's list of users, else a place of this user alone.

    CouldNotRun where somebody else made that place: a key in it would be theirs to read.
    """
    said = environ.get("HOME") or _listed()
    if said:
        return Path(said)
    at = Path(APART) / f"stampmill-{os.getuid()}"
    with suppress(FileExistsError):
        at.mkdir(mode=0o700)
    seen = at.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise CouldNotRun(f"{at} is not this user's alone; set HOME to a folder of yours, then run again")
    return at


def _listed() -> str:
    try:
        found = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
    return found if os.path.isdir(found) and found != "/" else ""


REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT)


def writable(at: Path, variable: str, mode: int = 0o777) -> Path:
    """The folder, made where it is missing. CouldNotRun where this user cannot write there: `variable` moves it."""
    why = os.strerror(errno.EACCES)
    try:
        at.mkdir(mode, parents=True, exist_ok=True)
        if os.access(at, os.W_OK | os.X_OK):
            return at
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        why = error.strerror or why
    raise CouldNotRun(f"{at}: {why}; set {variable} to a folder that this user may write to, then run again")


def private_dir(repo: Repo) -> Path:
    """Where the controller's lock and notes lie: in the git directory that all worktrees share."""
    return repo.common_dir / "factory"


def cache_dir(repo: Repo, environ: Mapping[str, str]) -> Path:
    """Where rooms and the gate's results lie: outside the repository, so that git in a room cannot find it."""
    base = environ.get("XDG_CACHE_HOME") or home(environ) / ".cache"
    return Path(base) / "stampmill" / hashlib.sha256(os.fsencode(repo.common_dir)).hexdigest()[:16]
