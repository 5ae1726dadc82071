"""Pure: of what a run wrote into its room, what says what is right. The tested code may write there too.

An overlay's copy-up tells of each file that was written to, also where it was put back: a judge that is touched while
it judges says whatever the change likes. What main's own run does likewise counts against nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from factory.tree import matches

# Loaded by a runner, or by every Python, from wherever they lie.
LOADED = (
    "**/conftest.py", "**/sitecustomize.py", "**/usercustomize.py", "**/*.pth", "**/*-pytest-*.pyc",
    "**/pytest.ini", "**/.pytest.ini", "**/pytest.toml", "**/.pytest.toml", "**/tox.ini", "**/setup.cfg",
)  # fmt: skip
MOST = 2000  # paths of a run that are kept


def telling(written: Iterable[str], tree: Collection[str]) -> tuple[str, ...]:
    """The written paths that may count: the tree's own files, and new files that a runner would load."""
    return tuple(sorted(path for path in written if path in tree or matches(path, LOADED))[:MOST])


def touched(was: Iterable[str], now: Iterable[str], judges: Callable[[str], bool]) -> tuple[str, ...]:
    """One line for each judging path that was written to, and that main's own run leaves alone."""
    return tuple(f"{path} was written to while the tests ran" for path in now if path not in was and judges(path))
