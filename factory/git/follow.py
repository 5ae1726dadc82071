"""A checkout's index and files go from one commit to the next; what a person changed meanwhile stays as it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from factory.errors import InTheWay
from factory.files import sync_file, sync_folder
from factory.git import index_lock
from factory.git.edited import Edited, edited
from factory.git.names import prefixes
from factory.git.objects import to_name
from factory.git.repo import Repo
from factory.git.unsynced import must_have_room
from factory.model import Changed, Oid
from factory.tree import EXECUTABLE, LINK

FEW = 200  # paths that a command line takes; of more, the whole index is looked at
PATIENCE = 50  # tenths of a second: a person's own git command may hold the index for a moment


@contextmanager
def ready(
    repo: Repo, checkout: Path, old: Oid, new: Oid, *, killed: bool = False, looking: bool = False
) -> Iterator[Callable[[], None]]:
    """Hold a checkout's index, and give what moves it from old to new: on disk when the block ends.

    InTheWay where git would refuse: it is asked before main moves, and nobody can change the index in between.
    `killed`: it was begun before, and cut off anywhere. `looking`: nothing is held, and nothing is to be done.
    """
    index = index_of(repo, checkout)
    changed, tables = repo.diff(old, new), list[Edited]()

    def read_tree(*dry: str) -> None:
        code, _, why = repo.ask("read-tree", *dry, "-m", "-u", old, new, cwd=checkout, GIT_INDEX_FILE=str(copy))
        if code:
            for folder in (index.parent, checkout):
                must_have_room(folder)
            raise InTheWay(f"{checkout} cannot follow main: {_line(why)}; mend that, then `factory run`")

    def go() -> None:
        read_tree()
        for table in tables:
            table.put(repo, copy)

    with ExitStack() as held:
        copy = held.enter_context(index_lock.copied(index)) if looking else _hold(held, index, checkout)
        _catch_up(repo, checkout, changed, copy, killed)
        tables += [found for path in changed if (found := edited(repo, checkout, path, copy))]
        for table in tables:
            table.set_aside(repo, copy)
        read_tree("-n")
        yield go
        if not looking:
            _sync(checkout, changed, index)
    if not looking:
        sync_folder(index.parent)


def index_of(repo: Repo, checkout: Path) -> Path:
    return Path(to_name(repo.call("rev-parse", "--path-format=absolute", "--git-path", "index", cwd=checkout))[:-1])


def _hold(held: ExitStack, index: Path, checkout: Path) -> Path:
    """The copy of the index to work on."""
    for _ in range(PATIENCE):
        try:
            return held.enter_context(index_lock.held(index))
        except FileExistsError:
            time.sleep(0.1)
    lock = index_lock.of(index)
    raise InTheWay(
        f"{checkout}: a git command holds {lock}; end it, or, where none runs any more, remove that file, "
        "then `factory run`",
        everyone=True,
    )


def _line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[0]


def _catch_up(repo: Repo, checkout: Path, changed: tuple[Changed, ...], index: Path, killed: bool) -> None:
    """Tell the index what the files of the change are already: the new ones or, after a kill, still the old ones.

    A kill leaves files of `new` under an index of `old`; a power cut leaves any mixture of the two.
    """
    lines, zero = [], "0" * repo.store.width * 2
    for path in changed:
        before = (path.old_mode or "0", path.old or zero)
        after = (path.new_mode or "0", path.new or zero)
        if is_blob(repo, checkout, path.path, path.new_mode, path.new):
            lines.append(f"{' '.join(after)}\t{path.path}")
        elif killed and (
            is_blob(repo, checkout, path.path, path.old_mode, path.old)
            or _drop_half(repo, checkout, path)
            or _gone(checkout, path.path)
        ):
            lines.append(f"{' '.join(before)}\t{path.path}")
    if lines:
        stdin = "\0".join(lines).encode("utf-8", "surrogateescape") + b"\0"
        repo.ask("update-index", "-z", "--index-info", stdin=stdin, cwd=checkout, GIT_INDEX_FILE=str(index))
    # read-tree looks at times alone: a file that was only touched would count as changed
    there = [path.path for path in changed if path.old]
    some = not killed and 0 < len(there) <= FEW

    def look(*asked: str) -> bool:
        return not repo.ask(*asked, cwd=checkout, GIT_INDEX_FILE=str(index), GIT_LITERAL_PATHSPECS="1")[0]

    # of some paths git looks at none where one is not in the index: somebody has staged its removal
    if not (some and look("add", "--refresh", "--", *there)):
        look("update-index", "-q", "--refresh")


def _gone(checkout: Path, path: str) -> bool:
    """Whether there is nothing at a path. What lies behind a link is not there, as git sees it."""
    above = (checkout / folder for folder in prefixes(path.rpartition("/")[0]))
    return not os.path.lexists(checkout / path) or any(map(os.path.islink, above))


def is_blob(repo: Repo, checkout: Path, path: str, mode: str, oid: Oid) -> bool:
    """Whether a checkout's file is this blob, through its own filters; no blob: whether there is no file."""
    at = checkout / path
    if not oid or _gone(checkout, path):
        return not oid and _gone(checkout, path)
    if at.is_symlink():
        return mode == LINK and repo.store.blob_oid(os.fsencode(os.readlink(at))) == oid
    if not at.is_file() or (mode == EXECUTABLE) != os.access(at, os.X_OK):
        return False
    code, out, _ = repo.ask("hash-object", "--end-of-options", path, cwd=checkout)
    return code == 0 and out.decode().strip() == oid


def _drop_half(repo: Repo, checkout: Path, changed: Changed) -> bool:
    """Remove a file that git was cut off over: the beginning of what it was to hold. It is written anew."""
    at = checkout / changed.path
    if not changed.new or _gone(checkout, changed.path) or at.is_symlink() or not at.is_file():
        return False
    whole = repo.call("cat-file", "--filters", f"--path={changed.path}", changed.new, cwd=checkout)
    if at.stat().st_size >= len(whole) or not whole.startswith(at.read_bytes()):
        return False
    at.unlink()
    return True


def _sync(checkout: Path, changed: tuple[Changed, ...], index: Path) -> None:
    """Git syncs no file of a checkout: a power cut would leave old ones there, which look like a person's work."""
    folders = {index.parent}
    for path in changed:
        at = checkout / path.path
        if at.is_file() and not at.is_symlink():
            sync_file(at)
        folders.update(above for above in at.parents if above.is_relative_to(checkout) and above.is_dir())
    for folder in folders:
        sync_folder(folder)
