"""What gives a Python project an environment with all that its tests need, as far as its own files tell. Pure."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from collections.abc import Callable, Collection, Iterator
from typing import Any

from factory.plain import words

Read = Callable[[str], bytes | None]  # a file of the repository; None for none
GROUPS = ("tests", "test", "testing", "dev", "develop")
LISTS = tuple(
    pattern.format(name)
    for name in ("test", "tests", "testing", "dev")
    for pattern in words("""
        requirements-{}.txt requirements_{}.txt {}-requirements.txt requirements/{}.txt {}/requirements.txt
    """)
)
PROJECTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
PYTEST = re.compile(r"(?<![\w-])pytest\b(?!-)")


def recipe(read: Read, paths: Collection[str]) -> str:
    """The commands, in one line, that make `.venv`. "" where the files tell of no project that needs one."""
    if not any(name in paths for name in (*PROJECTS, *LISTS)):
        return ""
    settings, words, said = project(read), list[str](), ""
    if any(name in paths for name in ("setup.py", "setup.cfg")) or settings.keys() & {"project", "build-system"}:
        extra, needs = _extra(read, settings)
        words, said = ["-e", f".[{extra}]" if extra else "."], needs
    if group := next((name for name in GROUPS if name in settings.get("dependency-groups", {})), ""):
        wanted = list(_group(settings["dependency-groups"], group, set()))
        words, said = [*words, *wanted], "\n".join((said, *wanted))
    lists = [name for name in ("requirements.txt",) if name in paths]
    lists += [name for name in LISTS if name in paths][:1]
    for name in lists:
        words, said = [*words, "-r", name], f"{said}\n{(read(name) or b'').decode('utf-8', 'replace')}"
    words += [] if PYTEST.search(said) else ["pytest"]
    return f"python3 -m venv .venv && .venv/bin/pip install {shlex.join(words)}"


def project(read: Read) -> dict[str, Any]:
    """pyproject.toml; nothing where there is none, or none that can be read."""
    try:
        return tomllib.loads((read("pyproject.toml") or b"").decode())
    except ValueError:
        return {}


def _extra(read: Read, settings: dict[str, Any]) -> tuple[str, str]:
    """The extra that brings what tests need, and what it brings; two empty strings where there is none."""
    told = settings.get("project", {}).get("optional-dependencies", {})
    extras = {name: "\n".join(map(str, needs)) for name, needs in told.items()}
    old = configparser.ConfigParser(interpolation=None)
    try:
        old.read_string((read("setup.cfg") or b"").decode("utf-8", "replace"))
        extras |= dict(old["options.extras_require"]) if "options.extras_require" in old else {}
    except configparser.Error:
        pass
    return next(((name, extras[name]) for name in GROUPS if name in extras), ("", ""))


def _group(groups: dict[str, Any], name: str, seen: set[str]) -> Iterator[str]:
    """What a dependency group names, and the groups that it includes: an older pip knows no groups."""
    if name in seen:
        return
    seen.add(name)
    for need in groups.get(name, ()):
        if isinstance(need, str):
            yield need
        elif isinstance(need, dict):
            yield from _group(groups, str(need.get("include-group", "")), seen)
