"""Pure but for looking at the host: a program that a command did not find, and what lets a room have it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from factory.gate.remedies import PACKAGES
from factory.sandbox.sandbox import Tools, in_system

SAID = re.compile(
    r"^(?:\S.*: (?:line )?\d+: |(?:\S*/)?\w*sh: )(?P<sh>[\w.+-]+): (?:command )?not found$"
    r"|^env: [‘'](?P<env>[\w.+-]+)['’]: No such file"
    r"|^prlimit: failed to execute (?P<room>[\w.+-]+): No such file"
    r"|^make(?:\[\d+\])?: (?P<make>[\w.+-]+): No such file",
    re.MULTILINE,
)
PLACES = ("~/.cargo/bin", "~/.local/bin", "~/go/bin", "~/bin", "/usr/local/go/bin")  # that a short PATH often lacks
SETTING = "under [sandbox] in ssot/factory.toml"


def absent(output: str, environ: Mapping[str, str], tools: Tools, root: Path | None = None) -> str:
    """One line on the first program that was not found; empty where none is missing, or a room would find it.

    `root`: the checkout, whose node_modules may have it.
    """
    if not (match := SAID.search(output)):
        return ""
    name = next(filter(None, match.groups()))
    if root and (root / "node_modules/.bin" / name).exists():
        return f"`{name}` is in node_modules, which a room does not have: {PACKAGES}"
    if found := shutil.which(name, path=environ.get("PATH", "")):
        folder = os.path.dirname(found)
        if folder in tools.path:
            return ""
        paths = json.dumps([folder, *_behind(Path(found))], ensure_ascii=False)
        return f"`{name}` is in {folder}, which rooms do not show: write `read = {paths}` {SETTING}"
    home = environ.get("HOME", "")
    places = [at.replace("~", home, 1) for at in PLACES if home or not at.startswith("~")]
    if found := shutil.which(name, path=":".join(places)):
        folder = os.path.dirname(found)
        return f"`{name}` is in {folder}, which was not on PATH when the factory was started: put it there"
    return (
        f"`{name}` is not on this machine's PATH: install it, or let `setup` under [gate] put it into $FACTORY_ENV/bin"
    )


def _behind(found: Path) -> list[str]:
    """What a link leads to: the folder of a program that was installed elsewhere, with all that it needs."""
    real = found.resolve()
    if real.parent == found.parent.resolve() or in_system(real):
        return []
    return [str(real.parent.parent if real.parent.name == "bin" else real.parent)]
