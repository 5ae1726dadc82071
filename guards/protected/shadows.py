"""New files that every Python, or the test runner, loads by their name or place alone.

What would be imported in the place of a library or of a judge is asked by the gate, of the real path of main's own runs
(`factory/gate/loaded.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from factory.model import Changed
from guards.case import Case

STARTUP = frozenset({"sitecustomize", "usercustomize"})
CONFIGURATION = frozenset(
    {"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", ".coveragerc"}
)
MODULES = {"py", "pyc", "pyd", "so", "pyw"}
METADATA = re.compile(r"(?i)(?:^|/)[^/]+\.(?:dist-info|egg-info|egg)(?:/|$)")


def objections(case: Case, change: Changed) -> Iterator[str]:
    """Only what is new can shadow: a file that the base has, the base trusts."""
    if METADATA.search(change.path) and change.path in case.tree.entries():
        yield "is a package's metadata, which can name plug-ins of the test runner; a build makes it, leave it out"
    if change.path in case.base.entries() or change.path not in case.tree.entries():
        return
    name = PurePosixPath(change.path).name.casefold()
    stem, _, suffix = name.partition(".")
    if name == "conftest.py":
        yield "a new conftest.py would change how tests run; put fixtures into the test module"
    if name in CONFIGURATION:
        yield "a new test-runner configuration file would change how tests run"
    module = PurePosixPath(change.path).parent.name.casefold() if stem == "__init__" else stem
    if name.endswith(".pth") or (module in STARTUP and suffix.rpartition(".")[2] in MODULES):
        yield "is run by every Python that starts with it on its path"
    if name.endswith(".pyc"):
        yield "compiled Python can differ from its source; remove it, and ignore __pycache__"
