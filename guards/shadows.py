"""New files that Python or the test runner would load in the place of, or before, what main trusts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from factory.errors import Mistake
from factory.model import Changed
from factory.tree import Entry
from guards.case import Case

RUNNER = frozenset(
    "pytest _pytest pluggy py iniconfig exceptiongroup tomli pygments execnet xdist coverage hypothesis".split()  # noqa: SIM905
)
STARTUP = frozenset({"sitecustomize", "usercustomize"})
CONFIGURATION = frozenset(
    {"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", ".coveragerc"}
)
# What many projects call a folder of theirs, and what some packages leave behind under that name.
NOT_SHADOWED = frozenset({"test", "tests", "docs", "examples", "__main__", "antigravity", "this"})
LOADED = {"py", "pyc", "pyd", "so", "pyw"}
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
    if name.endswith(".pth") or (stem in STARTUP and suffix.rpartition(".")[2] in LOADED):
        yield "is run by every Python that starts with it on its path"
    if name.endswith(".pyc"):
        yield "compiled Python can differ from its source; remove it, and ignore __pycache__"
    if first := _stands_before(case.base.entries(), case.tree.entries(), change.path):
        yield f"would be imported in the place of {first}, which is still there"
    module = _top_level(case.tree.entries(), change.path, _roots(case))
    if module and not _is_known(case.base.entries(), change.path, module):
        yield from _shadowing(module, case.installed)


def _stands_before(base: Mapping[str, Entry], tree: Mapping[str, Entry], path: str) -> str:
    """The module of the base that Python no longer finds: packages go before modules, compiled ones before source."""
    at = PurePosixPath(path)
    stem, _, suffix = at.name.partition(".")
    if stem == "__init__":
        hidden = f"{at.parent}.py"
    elif suffix.rpartition(".")[2].casefold() in ("so", "pyd"):
        hidden = str(at.with_name(f"{stem}.py"))
    else:
        return ""
    return hidden if hidden in base and hidden in tree else ""


def _shadowing(module: str, installed: frozenset[str]) -> Iterator[str]:
    folded = module.casefold()
    if folded in STARTUP:
        yield "is run by every Python that starts with it on its path"
    elif folded in RUNNER or re.match(r"_?(pytest|hypothesis)_", folded):
        yield f"would be imported as {module}, in the place of the test runner or one of its plug-ins"
    elif folded in sys.stdlib_module_names and folded not in NOT_SHADOWED:
        yield f"would be imported as {module}, in the place of Python's own module"
    elif module in installed and folded not in NOT_SHADOWED:
        yield f"would be imported as {module}, in the place of the installed package of that name"


def _roots(case: Case) -> set[tuple[str, ...]]:
    """The root, src, and what main's pyproject.toml puts on the path of the test runner."""
    try:
        tool = (case.policy("pyproject.toml") or {}).get("tool", {}).get("pytest", {})
        told = {**tool, **tool.get("ini_options", {})}.get("pythonpath", ())
    except (Mistake, AttributeError, TypeError):
        told = ()
    names = told.split() if isinstance(told, str) else told if isinstance(told, list) else ()
    return {(), ("src",), *(PurePosixPath(str(name)).parts for name in names)}


def _top_level(entries: Mapping[str, Entry], path: str, roots: set[tuple[str, ...]]) -> str:
    """The top-level module that a file is, or makes, below a folder of Python's path; empty where it is none."""
    parts = PurePosixPath(path).parts
    stem, _, suffix = parts[-1].partition(".")
    if suffix.rpartition(".")[2].casefold() not in LOADED:
        return ""
    if len(parts) > 1 and stem == "__init__":
        return parts[-2] if _is_root(entries, parts[:-2], roots) else ""
    return stem if stem != "__init__" and _is_root(entries, parts[:-1], roots) else ""


def _is_root(entries: Mapping[str, Entry], folder: tuple[str, ...], roots: set[tuple[str, ...]]) -> bool:
    """Whether Python finds top-level modules there: a folder of its path, or one of tests that is no package."""
    if folder in roots:
        return True
    below = "/".join(folder) + "/"
    if below + "__init__.py" in entries:
        return False
    return any(path.startswith(below) and _is_test(path[len(below) :]) for path in entries)


def _is_test(name: str) -> bool:
    return "/" not in name and (name == "conftest.py" or bool(re.fullmatch(r"test_.*\.py|.*_test\.py", name)))


def _is_known(base: Mapping[str, Entry], path: str, module: str) -> bool:
    """Whether the base already has that module in that place (it is the project's own, under whatever suffix)."""
    parts = PurePosixPath(path).parts
    folder = parts[: parts.index(module)] if module in parts[:-1] else parts[:-1]
    start = "/".join((*folder, module))
    return any(known.startswith((f"{start}/", f"{start}.")) for known in base)
