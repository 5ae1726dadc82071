"""Which path names a change may bring. Pure. Paths are `str` with surrogateescape, folders parted by `/`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from factory.model import Finding, Triage
from factory.tree import composed, leads

# Left behind by running tests and checkers, and no part of a change unless the tree tracks them.
PRODUCT_FOLDERS = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"})
PRODUCT_SUFFIXES = (".pyc",)
RESERVED = ".factory"
TABLES = frozenset({"D_ROADMAP.md", "AC_LEDGER.md"})  # every stamp sets rows of both, and a person writes others

# Characters that HFS+ ignores when it compares names (git: utf8.c, next_hfs_char)
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_GIT = re.compile(r"(?:\.git|git~[0-9]+)[ .]*(?::.*)?", re.IGNORECASE | re.DOTALL)  # as NTFS reads it, streams too
# A name that has to be looked at closely. Most have not, and trees have many.
_SUSPECT = re.compile(r"[^\x20-\x7e]|/|git|\A\.{0,2}\Z", re.IGNORECASE)


def is_product(path: str) -> bool:
    """Whether a path is left by running tests, not written by hand."""
    *folders, name = path.split("/")
    return name.endswith(PRODUCT_SUFFIXES) or not PRODUCT_FOLDERS.isdisjoint((*folders, name))


def is_git(name: str) -> bool:
    """Whether some file system takes one path component for `.git`."""
    return any(_GIT.fullmatch(_IGNORED.sub("", part)) for part in name.split("\\"))


def unfit(name: str) -> str:
    """Why one name of a folder can stand in no tree, "" where it can: on a disk it would be another place."""
    if not _SUSPECT.search(name):
        return ""
    if name in ("", ".", ".."):
        return f"the name {name!r}, which is no file's"
    if "/" in name:
        return "a name with a slash"
    return "a name that git or a file system takes for .git" if is_git(name) else ""


def fold(path: str) -> str:
    """What a file system that ignores case and composition would make of a path."""
    if path.isascii():
        return path.lower()
    return composed(composed(path).casefold())


def is_reserved(name: str) -> bool:
    """Whether a name at the tree's root is the factory's own."""
    return fold(_IGNORED.sub("", name)).rstrip(" .") == RESERVED


def refused(path: str) -> Finding | None:
    """Why a path may not be in a tree, whatever it holds."""
    parts = path.split("/")
    if is_reserved(parts[0]):
        return finding(path, f"{RESERVED} is reserved for the factory", Triage.TAMPER)
    if why := next(filter(None, map(unfit, parts)), ""):
        return finding(path, why, Triage.TAMPER)
    return None


def finding(path: str, message: str, triage: Triage) -> Finding:
    return Finding(guard="harvest", path=path, message=message, triage=triage)


def prefixes(path: str) -> Iterator[str]:
    """A path and every folder above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def spellings(paths: Iterable[str]) -> dict[str, str]:
    """Folded -> as spelt, for every path and every folder above one."""
    out: dict[str, str] = {}
    done = {""}  # folders that were looked at: most paths share theirs with the path before
    for path in paths:
        if (folded := path.lower() if path.isascii() else fold(path)) in out:
            continue  # what is above it is there too
        out[folded] = path
        folder = path.rpartition("/")[0]
        if folder in done:
            continue
        done.add(folder)
        for prefix in prefixes(folder):
            if (folded := fold(prefix)) in out:
                break
            out[folded] = prefix
    return out


def collisions(added: Iterable[str], spelt: Mapping[str, str], lives: Callable[[str], bool]) -> Iterator[Finding]:
    """Added paths that a file system which ignores case would take for another path or folder that lives on."""
    own: dict[str, str] = {}
    for path in sorted(added):
        for prefix in prefixes(path):
            folded = fold(prefix)
            other = own.setdefault(folded, prefix)
            if other == prefix and folded in spelt and lives(spelt[folded]):
                other = spelt[folded]
            if other != prefix:
                alike = composed(prefix) == composed(other)
                how = "how its letters are composed (NFC and NFD)" if alike else "case"
                yield finding(path, f"differs only in {how} from {other}", Triage.SCOPE)
                break


def escapes(path: str, links: Mapping[str, str]) -> bool:
    """Whether a symlink leaves the tree or leads into a repository; `links` holds every symlink and its target."""
    followed: list[str] = []

    def target(at: str) -> str | None:
        if at in links:
            followed.append(links[at])
        return links.get(at)

    return leads(path, target) is None or any(is_git(part) for told in followed for part in told.split("/"))


def escaping(links: Mapping[str, str], read: Callable[[], Mapping[str, str]]) -> Iterator[str]:
    """Changed symlinks that leave the tree, and old ones that do so because of them. `read` gives the base's."""
    old = read()
    new = {**old, **links}
    for path in new:
        if escapes(path, new) and (path in links or not escapes(path, old)):
            yield path


# --- untracked, and nobody's work: environments and packages that a tool installed

# A folder that holds one of these was made by a tool, with all that is in it.
MARKS = ("pyvenv.cfg", "conda-meta/history")
FOLDERS = frozenset({"node_modules", "__pypackages__", "site-packages"})


def uninstalled(untracked: Iterable[str]) -> Iterator[str]:
    """The untracked paths without what was installed."""
    paths = list(untracked)
    made = {path.removesuffix(mark) for path in paths for mark in MARKS if f"/{path}".endswith(f"/{mark}")} - {""}
    for path in paths:
        above = path.split("/")[:-1]
        folders = ("/".join(above[:end]) + "/" for end in range(1, len(above) + 1))
        if FOLDERS.isdisjoint(above) and made.isdisjoint(folders):
            yield path
