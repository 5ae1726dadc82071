"""Whether a worker has an outlet: a way to spend money outside of its room, through our egress or past it."""

from __future__ import annotations

import os
import stat

from factory.ssot.settings import Settings

MOST = 20_000  # files that are looked at below a path; a larger folder is not looked through


def has_outlet(settings: Settings, worker: str) -> bool:
    """False only for a program of the person's own in a box with no network, no key and nobody to speak to."""
    given, box = settings.workers.get(worker), settings.sandbox
    if given is None or given.kind != "command" or given.env or given.key_env:
        return True
    if box.kind == "none" or (given.network or box.network) != "none":
        return True
    return any(map(_may_listen, box.read))


def _may_listen(path: str) -> bool:
    """Whether somebody may listen at a path or below it (a socket, a pipe, a device). True where it cannot be told."""
    todo = [os.path.realpath(path)]
    for _ in range(MOST):
        if not todo:
            return False
        at = todo.pop()
        try:
            mode = os.lstat(at).st_mode
            if stat.S_ISDIR(mode):
                todo += [os.path.join(at, name) for name in os.listdir(at)]
            elif not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
                return True
        except OSError:
            return True
    return bool(todo)
