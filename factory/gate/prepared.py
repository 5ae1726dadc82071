"""`[gate] setup`: an environment that commands prepare, once per content of the files that they name."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Literal

from factory.errors import CouldNotRun
from factory.gate.asked import Say
from factory.gate.triage import gist
from factory.git.store import GitTree, Store
from factory.model import Oid
from factory.rooms.rooms import Rooms
from factory.sandbox.sandbox import Job, Limits, Sandbox, Tools
from factory.ssot.settings import Settings

INSIDE = "/factory/env"  # where setup and gate see it, and what FACTORY_ENV says
SECONDS = 1800.0
NO_NETWORK = 'it had no network: `network = "full"` under [sandbox] in ssot/factory.toml gives it one'


def prepare(
    store: Store,
    rooms: Rooms,
    sandbox: Sandbox,
    settings: Settings,
    cache: Path,
    main: Oid,
    python: Path,
    tools: Tools,
    limits: Limits,
    say: Say = lambda _: None,
) -> Path | None:  # fmt: skip
    """The folder that the setup commands filled, from main's own files; None where there are none.

    They run in a room of main's tip, with the network only where `[sandbox] network = "full"`. CouldNotRun where one
    fails: then nothing can be judged.
    """
    commands = settings.gate.setup
    if not commands:
        return None
    done = cache / key(GitTree(store, main), commands, str(python), sandbox.kind)
    if done.is_dir():
        return done
    network: Literal["none", "full"] = "full" if settings.sandbox.network == "full" else "none"
    say(f"the gate's setup runs, with {'the' if network == 'full' else 'no'} network")
    aside = done.with_name(f"{done.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    aside.chmod(0o777)  # the sandbox may run it as another user; the cache above is ours alone
    with rooms.open(store.tree_of(main)) as room:
        for command in commands:
            job = Job(
                argv=("/bin/sh", "-c", command), room=room.path, timeout=SECONDS, write={INSIDE: aside}, python=python,
                tools=tools,
                env={"FACTORY_ENV": place(sandbox, aside)}, limits=limits,
                network=network,
            )  # fmt: skip
            if (ran := sandbox.run(job)).code:
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
