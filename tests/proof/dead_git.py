"""A git on PATH that dies in the middle of its work and takes the controller with it, or whose call fails."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

# The controller cannot see git's end before it is killed itself: this shell holds the ends of git's pipes.
WRAPPER = """#!/bin/sh
case " $* " in
  *" {command} "*) ;;
  *) exec {git} "$@" ;;
esac
turn=$(cat {count} 2>/dev/null || echo 1)
echo $((turn + 1)) > {count}
[ "$turn" = {turn} ] || exec {git} "$@"
{strace} -qq -o /dev/null -e trace={calls} -e inject={calls}:{how}:when={at} {git} "$@"
code=$?
[ $code = 137 ] && kill -9 $PPID
exit $code
"""
CALLS = "rename,renameat,renameat2,unlink,unlinkat,link,linkat,openat,write,fsync"


class Death(NamedTuple):
    """The `turn`-th git process of this command, killed before the `at`-th of these system calls."""

    command: str
    turn: int
    calls: str
    at: int
    how: str = "signal=KILL"  # or `error=ENOSPC`: then only that call fails, and the controller lives


def on_path(under: Path, death: Death) -> Path:
    """A folder for the front of PATH, with such a git in it."""
    folder = under / "bin"
    folder.mkdir(exist_ok=True)
    text = WRAPPER.format(
        git=shutil.which("git"), strace=shutil.which("strace"), count=under / "turns", **death._asdict()
    )
    (folder / "git").write_text(text)
    (folder / "git").chmod(0o755)
    (under / "turns").unlink(missing_ok=True)
    return folder
