"""Mounts that only this process and its children see, and that vanish when they are dead."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from factory.errors import CouldNotRun

NEWNS, NEWUSER = 0x00020000, 0x10000000
NOSUID, NODEV, REC, SLAVE, DETACH = 2, 4, 0x4000, 1 << 19, 2
_entered: set[int] = set()  # process ids: a forked child is in the same place, a started one begins anew


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(kind: str, at: Path, options: str) -> None:
    """Mounts a file system that needs no source. OSError where the kernel refuses."""
    target, flags = os.fsencode(at), NOSUID | NODEV
    result = _libc().mount(kind.encode(), target, kind.encode(), ctypes.c_ulong(flags), os.fsencode(options))
    _check(result, f"mount {kind}")


def unmount(at: Path) -> None:
    """Takes a mount away at once, even where something still looks at it."""
    _check(_libc().umount2(os.fsencode(at), DETACH), "umount")


def escaped(path: Path) -> str:
    """A path as an option of an overlay."""
    return str(path).replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


def overlay(lower: Path, upper: Path, work: Path, at: Path) -> None:
    """Mounts an overlay whose upper layer says all in the plainest way: no redirects, no copies without content."""
    options = f"lowerdir={escaped(lower)},upperdir={escaped(upper)},workdir={escaped(work)}"
    options += ",userxattr" if os.getuid() != 0 else ",redirect_dir=nofollow,metacopy=off"
    mount("overlay", at, f"{options},index=off,xino=off")


def enter(attempt: Callable[[], None]) -> None:
    """Moves this process into a mount namespace of its own, once, if `attempt` works in one.

    As root every thread started later is in it too: call this from the main thread, before there are others. An
    ordinary user needs a user namespace for it, which a process with several threads cannot enter. CouldNotRun where
    it cannot be done; the process is then where it was.
    """
    if os.getpid() in _entered:
        return
    try:
        if os.getuid() == 0:
            _unshare(NEWNS)
            attempt()
        else:
            if len(os.listdir("/proc/self/task")) > 1:
                raise CouldNotRun("a user namespace cannot be entered with several threads running")
            _try_in_child(attempt)
            _unshare(NEWUSER | NEWNS)
    except OSError as error:
        raise CouldNotRun(f"no private mounts here: {error.strerror}") from error
    _entered.add(os.getpid())


def _unshare(flags: int) -> None:
    """Leaves the shared namespaces; mounts made outside still come in, and none goes out."""
    if threading.current_thread() is not threading.main_thread():
        raise CouldNotRun("the rooms' mounts are made from the main thread")
    user, group = os.getuid(), os.getgid()
    _check(_libc().unshare(flags), "unshare")
    if flags & NEWUSER:
        with suppress(FileNotFoundError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _check(_libc().mount(b"none", b"/", None, ctypes.c_ulong(REC | SLAVE), None), "mount")


def _try_in_child(attempt: Callable[[], None]) -> None:
    """A user namespace that turns out to be of no use cannot be left again, so a child goes first."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _unshare(NEWUSER | NEWNS)
            attempt()
            code = 0
        except OSError as error:
            code = min(error.errno or 1, 125)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise OSError(code, os.strerror(code) if code > 1 else "the overlay does not work as it should")
