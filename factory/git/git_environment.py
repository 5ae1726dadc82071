"""What git is told by its environment: nothing of the machine's, no hook, no network, and writes that last."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_CONFIG = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.fsync": "all",
    "core.quotePath": "false",
    "core.checkStat": "default",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "log.showSignature": "false",
    "advice.detachedHead": "false",
    # A merge is the same in every clone and under every git, or one clone's `verify` would deny another's stamp.
    "merge.renames": "true",
    "merge.directoryRenames": "conflict",
    "merge.renameLimit": "7000",
    "merge.renormalize": "false",
    "merge.default": "text",
}


def environment(theirs: bool = False, trusted: Iterable[str] = ()) -> dict[str, str]:
    """`trusted`: what the person's own `safe.directory` says, where their other settings do not count."""
    config = [*_CONFIG.items(), *(("safe.directory", at) for at in trusted)]
    env = {
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": f"{os.devnull}/none",  # none: one would give commits other parents than they name
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_COMMITTER_NAME": "stampmill",
        "GIT_COMMITTER_EMAIL": "factory@stampmill.invalid",
        "GIT_CONFIG_COUNT": str(len(config)),
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    for n, (key, value) in enumerate(config):
        env[f"GIT_CONFIG_KEY_{n}"], env[f"GIT_CONFIG_VALUE_{n}"] = key, value
    if not theirs:
        env |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}
    return env


def located(git_dir: Path, objects: Path, aside: Path | None) -> dict[str, str]:
    """Where git works; with `aside` it reads the objects where they are, and writes new ones to that folder."""
    found = {"GIT_DIR": str(git_dir)}
    if aside:
        quoted = str(objects).replace("\\", "\\\\").replace('"', '\\"')
        found |= {"GIT_OBJECT_DIRECTORY": str(aside), "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"'}
    return found
