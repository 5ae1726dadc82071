"""Pure: what lies in a checkout untracked, and is nobody's work: environments and packages that a tool installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# A folder that holds one of these was made by a tool, with all that is in it.
MARKS = ("pyvenv.cfg", "conda-meta/history")
FOLDERS = frozenset({"node_modules", "__pypackages__", "site-packages"})


def left(untracked: Iterable[str]) -> Iterator[str]:
    """The untracked paths without what was installed."""
    paths = list(untracked)
    made = {path.removesuffix(mark) for path in paths for mark in MARKS if f"/{path}".endswith(f"/{mark}")} - {""}
    for path in paths:
        above = path.split("/")[:-1]
        folders = ("/".join(above[:end]) + "/" for end in range(1, len(above) + 1))
        if FOLDERS.isdisjoint(above) and made.isdisjoint(folders):
            yield path
