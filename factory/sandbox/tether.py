"""Ties a command's process group to the controller: when the controller dies, however it dies, the group is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

# A watcher in the command's own group: when the controller dies its end of the pipe closes, and the group is killed.
SCRIPT = '(( read -r _ </dev/fd/"$0"; kill -9 0 ) >/dev/null 2>&1 & ); exec "$@"'


class Tether(NamedTuple):
    """`enter` is put before a command that starts a session of its own; `descriptor` has to be passed to it."""

    enter: tuple[str, ...]
    descriptor: int


@contextmanager
def tied() -> Iterator[Tether]:
    """A tether for one command, held while the block runs."""
    reader, writer = os.pipe()
    try:
        yield Tether(("/bin/sh", "-c", SCRIPT, str(reader)), reader)
    finally:
        os.close(reader)
        os.close(writer)
