"""Parts of ordinary files that steer the test runner, or that a machine runs by itself: hooks, a build's back-end."""

from __future__ import annotations

import ast
import copy
import functools
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from factory.model import Changed
from guards.case import Case, content
from guards.syntax.source import dotted, parse

Reader = Callable[[bytes], dict[str, Any]]
LIFECYCLE = frozenset("install uninstall prepare publish pack version test start stop restart dependencies".split())  # noqa: SIM905
PACKAGE = ("husky", "lint-staged", "simple-git-hooks", "gitHooks", "pre-commit", "pre-push", "trustedDependencies")
BUILD = (
    "build-system tool.hatch.build.hooks tool.hatch.metadata.hooks tool.poetry.build tool.pdm.build.custom-hook"
    " tool.setuptools.cmdclass"
)
RUN_BY_SETUP = frozenset("cmdclass ext_modules distclass setup_requires command_options script_args".split())  # noqa: SIM905
PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.expr_context)
LEFT = "a person commits it to main first"


def of_the_runner(case: Case, change: Changed) -> Iterator[str]:
    """Judges every pyproject.toml: the runner reads the one that is nearest to the tests."""
    before, after = content(case.base, change.path), content(case.tree, change.path)
    if PurePosixPath(change.path).name.casefold() != "pyproject.toml":
        return
    if before is not None and after is None:
        yield "is removed, and with it the test runner's settings and its root"
        return
    try:
        tomllib.loads((after or b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield f"is no valid TOML: {error}"
        return
    for part in _differing(RUNNERS_OWN, before or b"", after or b""):
        yield f"{part} is protected, it steers the test runner; {LEFT}"


def started(case: Case, change: Changed) -> Iterator[str]:
    """Judges what the change adds to such a part, or alters in it, in any folder. Taking a file away starts nothing."""
    name = PurePosixPath(change.path).name.casefold()
    before, after = content(case.base, change.path), content(case.tree, change.path)
    if after is None or before == after:
        return
    if name.endswith((".pyc", ".pyo")) and before is not None:
        yield "compiled Python can differ from its source: leave it as it is, or remove it and ignore __pycache__"
    if name not in READERS or (before is None and name in ROOTED and _lies_apart(case, change.path)):
        return
    try:
        for part in sorted(_differing(READERS[name], before or b"", after)):
            yield f"{part} is run by itself where the project is installed, built or committed to; {LEFT}"
    except RecursionError:
        yield "is nested too deeply to be read"


def _differing(read: Reader, before: bytes, after: bytes) -> list[str]:
    old, new = read(before), read(after)
    return [part for part in {**old, **new} if old.get(part) != new.get(part)]


def _lies_apart(case: Case, path: str) -> bool:
    """A new project's file in a folder of its own: an example or a fixture, which nothing installs by itself."""
    beside = {str(PurePosixPath(path).with_name(name)) for name in ("pyproject.toml", "setup.cfg", "setup.py")}
    return "/" in path and not beside & case.base.entries().keys()


def _package(data: bytes) -> dict[str, Any]:
    """What npm, composer and the managers of git hooks start unasked. Node reads past a mark of byte order."""
    try:
        found = json.loads(data.decode("utf-8", "replace").removeprefix("\ufeff") or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    scripts = found.get("scripts")
    scripts = scripts if isinstance(scripts, dict) else {}
    started = {f'the script "{name}"': said for name, said in scripts.items() if _is_hook(name, scripts)}
    config = found.get("config")
    plugins = {"config.allow-plugins": config.get("allow-plugins")} if isinstance(config, dict) else {}
    return {**started, **{key: found.get(key) for key in PACKAGE}, **plugins}


def _is_hook(name: str, scripts: dict[str, Any]) -> bool:
    """`postinstall`, and `prebuild` beside a `build`; not `postcss`. Composer's events have a hyphen."""
    about = re.sub(r"^(?:pre|post)", "", name)
    if name in ("install", "prepare", "publish", "dependencies") or about.startswith("-"):
        return True
    return about != name and (about in LIFECYCLE or about in scripts or about == "publishOnly")


def _toml(data: bytes, parts: str) -> dict[str, Any]:
    """A TOML file that cannot be read is refused elsewhere."""
    try:
        document: Any = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    found = {}
    for name in parts.split():
        part = document
        for key in name.split("."):
            part = part.get(key) if isinstance(part, dict) else None
        found[f"[{name}]"] = part
    return found


def _setup(data: bytes) -> dict[str, Any]:
    """All of a setup.py but its plain values: names, versions, what it requires."""
    module = copy.deepcopy(parse(data.decode("utf-8", "replace")))
    if module is None:
        return {"what it does": data}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "setup":
            node.keywords = [k for k in node.keywords if k.arg in RUN_BY_SETUP or not _is_plain(k.value)]
        elif isinstance(node, ast.Assign) and _is_plain(node.value):
            node.value = ast.Constant(None)
    return {"what it does": ast.dump(module) if module.body else None}


def _is_plain(value: ast.expr) -> bool:
    """A value without a call in it, and without a plug-in of the runner's or the build's."""
    parts = list(ast.walk(value))
    words = " ".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
    return all(isinstance(part, PLAIN) for part in parts) and not re.search(r"pytest11|distutils\.", words)


RUNNERS_OWN: Reader = functools.partial(_toml, parts="tool.pytest tool.coverage project.entry-points.pytest11")
READERS: dict[str, Reader] = {
    "package.json": _package,
    "composer.json": _package,
    "pyproject.toml": functools.partial(_toml, parts=BUILD),
    "setup.py": _setup,
}
ROOTED = frozenset({"pyproject.toml", "setup.py"})
