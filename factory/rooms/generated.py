"""Files that git ignores and rooms hold all the same: what an installation wrote into the checkout.

A version file that a build backend writes, an extension that is compiled in place: like the environment that wrote
them they are a person's own, no part of any tree, and nothing that a change could bring.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from factory.errors import CouldNotRun, Mistake
from factory.git.names import prefixes
from factory.git.objects import to_name
from factory.git.repo import Repo
from factory.rooms.materialise import write
from factory.ssot.settings import SETTINGS
from factory.tree import EXECUTABLE, FILE, Entry

MOST = 256 << 20  # bytes in all
ELSEWHERE = re.compile(r"(^|/)(__pycache__|build|dist|env|node_modules|site-packages|venv|\.[^/]+)/")


class Generated:
    """The files by path, as they lay in the checkout when a command began."""

    def __init__(self, files: Mapping[str, Entry], contents: Mapping[str, bytes]) -> None:
        self.files, self._contents = files, contents
        said = "\0".join(f"{path} {entry.mode} {entry.oid}" for path, entry in sorted(files.items()))
        self.digest = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest() if files else ""

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for oid in oids:
            yield oid, self._contents[oid]

    def lay(self, room: Path, entries: Mapping[str, Entry]) -> None:
        """Write them into a room of that tree, which wins where it has a file or a folder at the same place."""
        if self.files:
            taken = {above for path in entries for above in prefixes(path)}
            fit = [path for path in self.files if path not in taken and entries.keys().isdisjoint(prefixes(path))]
            write(self, {path: self.files[path] for path in fit}, room)


NONE = Generated({}, {})


def ignored(repo: Repo, globs: Iterable[str]) -> list[str]:
    """Paths of the checkout that git ignores and a glob names."""
    specs = [f":(glob){glob}" for glob in globs]
    if not specs:
        return []
    asked = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *specs)
    return to_name(repo.call(*asked, cwd=repo.work_tree)).split("\0")[:-1]


def built(repo: Repo, globs: Iterable[str]) -> list[str]:
    """Those of them that a build wrote among the sources: none of an environment, a cache or a folder of results."""
    return [path for path in ignored(repo, globs) if not ELSEWHERE.search(path)]


def find(repo: Repo, globs: tuple[str, ...]) -> Generated:
    """What the checkout has of them. CouldNotRun where one names nothing, Mistake where they are more than a room's."""
    if not globs or repo.work_tree is None:
        return NONE
    for glob in globs:
        if not (ignored(repo, (glob,)) or repo.call("ls-files", "-z", "--", f":(glob){glob}", cwd=repo.work_tree)):
            raise CouldNotRun(
                f"[sandbox] generated in {SETTINGS} names {glob}, and this checkout has no such file: "
                "build the project in its environment (`pip install -e .`, say), or take the name out"
            )
    files, contents, total = dict[str, Entry](), dict[str, bytes](), 0
    for path in ignored(repo, globs):
        at = os.path.join(os.fsencode(repo.work_tree), os.fsencode(path))
        if not stat.S_ISREG((found := os.lstat(at)).st_mode):
            continue
        total += found.st_size
        if total > MOST:
            what = f"[sandbox] generated names more than {MOST >> 20} MB, {path} among them"
            raise Mistake(what, path=SETTINGS, remedy="name the files that the tests need, and no more")
        with open(at, "rb") as file:
            content = file.read()
        oid = repo.store.blob_oid(content)
        files[path], contents[oid] = Entry(EXECUTABLE if found.st_mode & 0o100 else FILE, oid), content
    return Generated(files, contents)
