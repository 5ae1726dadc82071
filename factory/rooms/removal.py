"""Removes what lies in a room, whatever a worker left there: of any depth and mode, and never through a link."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from factory.git.below import HANDLE, Below, parted

HELD = 32  # folders that are held open, one below the other
LISTED = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(root: Path) -> None:
    """Removes a folder, a file or a link, if it is there."""
    if os.path.lexists(root):
        above = os.open(root.parent, HANDLE & ~os.O_NOFOLLOW)
        try:
            remove_at(above, root.name)
        finally:
            os.close(above)


def remove_below(below: Below, path: str) -> None:
    """Removes what is at a path below a root. OSError where a link is on the way to it."""
    folder, name = parted(path)
    remove_at(below.folder(folder), name)


def remove_at(above: int, name: str) -> None:
    """Removes one name of an open folder, if it is there."""
    try:
        found = os.stat(name, dir_fd=above, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode):
        os.unlink(name, dir_fd=above)
        return
    top = _opened(above, name)
    try:
        while os.listdir(top):  # what was too deep is brought up here, and done in the next round
            _empty(top, top, 0)
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=above)


def _empty(folder: int, top: int, depth: int) -> None:
    with os.scandir(folder) as found:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    for name, is_folder in entries:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
            continue
        below = _opened(folder, name)
        try:
            if depth < HELD:
                _empty(below, top, depth + 1)
        finally:
            os.close(below)
        if depth < HELD:
            os.rmdir(name, dir_fd=folder)
        else:
            os.rename(name, f".deep-{secrets.token_hex(8)}", src_dir_fd=folder, dst_dir_fd=top)


def _opened(above: int, name: str) -> int:
    """A folder that can be listed and emptied, if it is ours to open up."""
    handle = os.open(name, HANDLE, dir_fd=above)
    try:
        with suppress(PermissionError):
            os.chmod(f"/proc/self/fd/{handle}", 0o700)
        return os.open(f"/proc/self/fd/{handle}", LISTED & ~os.O_NOFOLLOW)
    finally:
        os.close(handle)
