"""What a tree's own .gitignore files name, as git itself reads them: asked in a folder that holds nothing else."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from factory.errors import GitFailed
from factory.git.git_environment import environment
from factory.rooms.materialise import Objects, write
from factory.rooms.removal import remove
from factory.rooms.survey import Ignored
from factory.sandbox.process import Talk, talk
from factory.tree import Entry

TREE = "tree"
FIELDS = 4  # of an answer: the file that names the path, the line, the pattern, the path


@contextmanager
def ignoring(source: Objects, ignores: Mapping[str, Entry], aside: Path) -> Iterator[Ignored]:
    """(path, is it a folder) -> is it ignored. Git is started at the first question; most harvests ask none."""
    with ExitStack() as at_end:

        @functools.cache
        def git() -> Talk:
            at_end.callback(remove, aside)
            return at_end.enter_context(_started(source, ignores, aside))

        def ignored(path: str, is_folder: bool) -> bool:
            running = git()
            if is_folder:  # git looks whether it is one
                with suppress(OSError):
                    os.makedirs(aside / TREE / path, exist_ok=True)
            return _answer(running, os.fsencode(path))

        yield ignored


@contextmanager
def _started(source: Objects, ignores: Mapping[str, Entry], aside: Path) -> Iterator[Talk]:
    tree, repository = aside / TREE, aside / "git"
    for folder in (tree, repository / "objects", repository / "refs"):
        folder.mkdir(parents=True)
    (repository / "HEAD").write_text("ref: refs/heads/none\n")
    write(source, ignores, tree)
    asked = ("check-ignore", "--no-index", "--stdin", "-z", "--verbose", "--non-matching")
    argv = ("git", f"--git-dir={repository}", f"--work-tree={tree}", "-c", f"core.excludesFile={os.devnull}", *asked)
    env = {**environment(), "PATH": os.environ.get("PATH", os.defpath)}
    with talk(argv, env=env) as git:
        yield git


def _answer(git: Talk, path: bytes) -> bool:
    git.tell(b"./" + path + b"\0")  # without it a colon at the start would be magic
    said = b""
    while said.count(b"\0") < FIELDS:
        more = git.hear()
        if not more:
            raise GitFailed("git check-ignore ended, and the room's ignored files are not known; see `git --version`")
        said += more
    source, _, pattern, _ = said.split(b"\0", FIELDS - 1)
    return bool(source) and not pattern.startswith(b"!")
