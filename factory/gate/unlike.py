"""Pure: where a room is not what a person's checkout is, and a test that is red on main may be red for that alone.

A room holds git's own bytes: no filter, no line ending of a checkout, no submodule, no repository. What breaks there
would be a known red, and what a change breaks beside it would be stamped: so the run stops, and says which file it was.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator

from factory.gate.observe import Observation
from factory.gate.transcript import RED
from factory.tree import SUBMODULE, Tree, matches

POINTER = b"version https://git-lfs.github.com/spec/"
SHAPED = ("eol=crlf", "working-tree-encoding=", "ident", "filter=")  # attributes that make a checkout's bytes differ
NO_REPOSITORY = "not a git repository"


def unlike(tree: Tree, seen: Observation) -> str:
    """Why tests may be red in the room alone, in a line; empty where none is red, or none came near such a file."""
    if not any(outcome in RED for outcome in seen.outcomes.values()):
        return ""
    if any(NO_REPOSITORY in text for text in seen.failures.values()):
        return "a test wants a git repository, and a room has none"
    return next(_files(tree, (*seen.opened, *seen.loaded.values())), "")


def _files(tree: Tree, opened: Iterable[str]) -> Iterator[str]:
    entries = tree.entries()
    modules = [path for path, entry in entries.items() if entry.mode == SUBMODULE]
    shaped = list(_shaped(tree))
    for path in opened:
        if module := next((at for at in modules if path == at or path.startswith(f"{at}/")), ""):
            yield f"{path} lies in the submodule {module}, which a room does not hold"
        elif path in entries and tree.read(path).startswith(POINTER):
            yield f"{path} is kept by LFS, and a room holds its pointer"
        elif said := next((said for glob, said in shaped if _names(glob, path)), ""):
            yield f"{path} has other bytes in a checkout ({said} in .gitattributes)"


def _shaped(tree: Tree) -> Iterator[tuple[str, str]]:
    """(pattern, attribute) of every .gitattributes, from the root."""
    for at in tree.entries():
        folder, _, name = at.rpartition("/")
        if name != ".gitattributes":
            continue
        for line in tree.read(at).decode("utf-8", "replace").splitlines():
            pattern, *told = line.split()[:10] or [""]
            for said in told:
                if said.startswith(SHAPED) and not pattern.startswith("#"):
                    yield f"{folder}/{pattern}".lstrip("/"), said


def _names(glob: str, path: str) -> bool:
    folder, _, last = glob.rpartition("/")
    if matches(path, (glob,)):
        return True
    return path.startswith(f"{folder}/" if folder else "") and fnmatch.fnmatchcase(path.rpartition("/")[2], last)
