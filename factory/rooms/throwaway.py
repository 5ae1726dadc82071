"""A git repository with one commit, for workers that want one. It is made in the room and forgotten with it."""

from __future__ import annotations

import os
from pathlib import Path

from factory.errors import GitFailed
from factory.rooms.materialise import own
from factory.sandbox.process import run
from factory.sandbox.sandbox import SYSTEM_PATH

MESSAGE = "the tree that this room was made from"
WHO = ("AUTHOR", "COMMITTER")
ENV = {
    "PATH": SYSTEM_PATH,
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "room" for who in WHO},
    **{f"GIT_{who}_EMAIL": "room@localhost" for who in WHO},
    **{f"GIT_{who}_DATE": "2000-01-01T00:00:00Z" for who in WHO},
}
SETTINGS = ("safe.directory=*", "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.autocrlf=false", "gc.auto=0")
TIMEOUT = 300.0


def plant(room: Path) -> None:
    """Makes `.git` in a room that no worker has been in yet, with all its files in one commit on `main`."""
    _git(room, "init", "--quiet", "--template=", "--initial-branch=main")
    attributes = room / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("* -text -ident -filter -working-tree-encoding\n")  # the files' own bytes, as in the room
    _git(room, "add", "--all", "--force", ".")
    _git(room, "commit", "--quiet", "--no-verify", "--allow-empty", "-m", MESSAGE)
    for folder, folders, files in os.walk(room / ".git"):
        for name in (*folders, *files):
            own(os.path.join(folder, name))
    own(str(room / ".git"))


def _git(room: Path, *arguments: str) -> None:
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    finished = run(("git", *settings, *arguments), cwd=room, env=ENV, timeout=TIMEOUT)
    if finished.code != 0:
        reason = finished.stderr.decode("utf-8", "replace").strip()
        raise GitFailed(f"git {arguments[0]} in a room ended with {finished.code}: {reason}")
