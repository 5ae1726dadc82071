"""Pure: of what a run of tests wrote into its room, what decides what tests say. The tested code may write there too.

A test file that is rewritten before it is collected says whatever the change likes; where the base's own run does the
same, it counts against nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from factory.ssot.protected import PROTECTED
from factory.tree import matches

TEST_FILES = (
    "**/test_*.py", "**/*_test.py", "**/tests.py", "**/test.py", "**/tests/**", "**/test/**",
    "**/*.test.*", "**/*.spec.*", "**/*_test.go",
)  # fmt: skip
# Loaded by a runner, or by every Python, from wherever they lie.
LOADED = (
    "**/conftest.py", "**/sitecustomize.py", "**/usercustomize.py", "**/*.pth", "**/*-pytest-*.pyc",
    "**/pytest.ini", "**/.pytest.ini", "**/pytest.toml", "**/.pytest.toml", "**/tox.ini", "**/setup.cfg",
)  # fmt: skip


def deciding(written: Iterable[str], tree: Collection[str]) -> frozenset[str]:
    """The written paths that count: the tree's own tests and rules, and new files that a runner would load."""
    return frozenset(path for path in written if matches(path, (*TEST_FILES, *PROTECTED) if path in tree else LOADED))


def doubts(written: Iterable[str], tree: Collection[str]) -> frozenset[str]:
    return frozenset(f"{path} was written to while the tests ran" for path in deciding(written, tree))
