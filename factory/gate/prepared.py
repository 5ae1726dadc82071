"""`[gate] setup`: an environment that commands prepare, once per content of the files that they name."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from factory.errors import CouldNotRun
from factory.gate.asked import Say
from factory.gate.triage import gist
from factory.git.store import GitTree
from factory.rooms.rooms import Rooms
from factory.sandbox import toolchains
from factory.sandbox.sandbox import Job, JobLimits, Sandbox, Toolchains
from factory.ssot.settings import Settings

INSIDE = "/factory/env"  # where setup and gate see it, and what FACTORY_ENV says
SECONDS = 1800.0
NO_NETWORK = 'it had no network: `network = "full"` under [sandbox] in ssot/factory.toml gives it one'


class Kit(NamedTuple):
    """What the gate's commands are run with, whatever the tree and the settings."""

    rooms: Rooms
    sandbox: Sandbox
    environ: Mapping[str, str]

    def tools(self, settings: Settings) -> Toolchains:
        """The toolchains that a room shows."""
        return toolchains.tools(self.environ, map(Path, settings.sandbox.read), self.sandbox.kind)


def prepare(
    kit: Kit, settings: Settings, main: GitTree, cache: Path, python: Path, say: Say = lambda _: None
) -> Path | None:
    """The folder that the setup commands filled, from main's own files; None where there are none.

    They run in a room of main's tip, with the network only where `[sandbox] network = "full"`. CouldNotRun where one
    fails: then nothing can be judged.
    """
    commands = settings.gate.setup
    if not commands:
        return None
    done = cache / key(main, commands, str(python), kit.sandbox.kind)
    if done.is_dir():
        return done
    network: Literal["none", "full"] = "full" if settings.sandbox.network == "full" else "none"
    say(f"the gate's setup runs, with {'the' if network == 'full' else 'no'} network")
    aside = done.with_name(f"{done.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    aside.chmod(0o777)  # the sandbox may run it as another user; the cache above is ours alone
    with kit.rooms.open(main.oid) as room:
        bare = Job(argv=(), room=room.path, timeout=SECONDS, network=network, limits=JobLimits.of(settings.sandbox))
        env = {"FACTORY_ENV": place(kit.sandbox, aside)}
        job = replace(bare, write={INSIDE: aside}, python=python, tools=kit.tools(settings), env=env)
        for command in commands:
            if (ran := kit.sandbox.run(replace(job, argv=("/bin/sh", "-c", command)))).code:
                shutil.rmtree(aside, ignore_errors=True)
                said = gist((ran.stdout + ran.stderr).decode("utf-8", "replace"))
                shut = "" if network == "full" else f"; {NO_NETWORK}"
                raise CouldNotRun(f"`{command}` ([gate] setup) ended with exit code {ran.code}{shut}; it said: {said}")
    _name(aside, done)
    return done


def _name(aside: Path, done: Path) -> None:
    """Give it its name. Another command may have made the same one meanwhile: then it is theirs, perhaps in use."""
    try:
        os.replace(aside, done)
    except OSError:
        if not done.is_dir():
            raise
        shutil.rmtree(aside, ignore_errors=True)


def place(sandbox: Sandbox, folder: Path) -> str:
    """Where a command sees the environment: a box binds it, and without one it is where it is."""
    return str(folder) if sandbox.kind == "none" else INSIDE


def key(tree: GitTree, commands: tuple[str, ...], python: str, kind: str) -> str:
    """Of the commands, and of every file of the tree that they name."""
    entries = tree.entries()
    named = sorted({word for command in commands for word in re.findall(r"[\w./-]+", command)} & entries.keys())
    said = "\0".join((*commands, *(f"{path} {entries[path].oid}" for path in named), python, kind))
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()
