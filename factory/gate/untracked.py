"""A file that a command did not find in its room, and that lies in the checkout all the same: git does not have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from factory.ssot.settings import SETTINGS
from factory.tree import Tree

LACKS = re.compile(
    r"no such file|can(?:no|')t (?:open|find|stat|access)|not found|enoent|does not exist", re.IGNORECASE
)
PATH = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*")
ROOM = "room/"  # where a box shows it, at the start of an absolute path
LINES = 200
REMEDY = (
    "commit it, or where git is to ignore it, "
    f"name it in `generated` under [sandbox] in {SETTINGS} (a secret in neither)"
)


def untracked(output: str, root: Path | None, tree: Tree) -> str:
    """One line on the first such file; empty where there is none. `tree`: what was laid into the room."""
    for path in _asked(output) if root else ():
        if root and not {"..", ".git"} & set(path.split("/")) and (root / path).exists() and not _has(tree, path):
            return f"`{path}` is in your folder and not in git, so no room has it: {REMEDY}"
    return ""


def _has(tree: Tree, path: str) -> bool:
    return any(at == path or at.startswith(f"{path}/") for at in tree.entries())


def _asked(output: str) -> Iterator[str]:
    """What looks like a path on the lines that miss one."""
    for line in output.splitlines()[-LINES:]:
        if LACKS.search(line):
            yield from (
                word.removeprefix(ROOM).removeprefix("./")
                for word in PATH.findall(line)
                if "/" in word or "." in word.strip(".")
            )
