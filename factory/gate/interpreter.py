"""The interpreter of the gate, and what tells its surroundings from others."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import sys
from pathlib import Path

import factory
from factory.git.repo import Repo
from factory.sandbox.sandbox import Toolchains, in_system, python_paths
from factory.ssot.settings import Settings

OWN = Path(sys.executable)  # the interpreter of a repository that has none of its own


def find_python(repo: Repo, settings: Settings) -> Path:
    """The interpreter of the gate: the settings', the repository's own `.venv` or `venv`, or the factory's."""
    root = repo.work_tree or repo.git_dir
    if settings.gate.python:
        return root / settings.gate.python
    for name in (".venv", "venv"):
        at = root / name / "bin" / "python"
        if at.exists():
            return at
    return OWN


def ours(python: Path) -> tuple[Path, ...]:
    """The factory's own packages, where the gate's commands would find them: a repository may have its own so named."""
    site = Path(factory.__file__).parents[1]
    seen = python == OWN and (in_system(site) or any(site.is_relative_to(path) for path in python_paths(python)))
    return (site / "factory", site / "guards") if seen else ()


def installed(python: Path) -> frozenset[str]:
    """The top-level modules that an interpreter's packages bring, by name."""
    sites = python.parent.parent.glob("lib/python*/site-packages")
    return _modules(tuple(sorted((site, site.stat().st_mtime_ns) for site in sites)), ours(python))


@functools.lru_cache(4)
def _modules(sites: tuple[tuple[Path, int], ...], apart: tuple[Path, ...]) -> frozenset[str]:
    """What folders of packages hold, as long as nothing is installed into them or removed."""
    found = {at for site, _ in sites for at in site.iterdir()}.difference(apart)
    return frozenset(at.name.partition(".")[0] for at in found if at.suffix in ("", ".py", ".so") and at.name[0] != "_")


def fingerprint(python: Path, sandbox: str, tools: Toolchains) -> str:
    """What tells one environment from another: the interpreter, the packages that it would import, the toolchains."""
    lib = sorted(python.parent.parent.glob("lib/python*/site-packages/*.dist-info"))
    seen = [str(python), os.path.realpath(python), sandbox, *(p.name for p in lib), *tools.path, *map(str, tools.read)]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def source_roots(python: Path, root: Path) -> tuple[str, ...]:
    """Of a person's environment that imports from their checkout: it must import from the room instead.

    The folders of the repository, relative to it, that the interpreter's site-packages point at ("" is its root).

    Found in `*.pth` (a folder a line) and in the finders that setuptools writes (a package's folder).
    """
    found: list[str] = []
    for site in sorted(python.parent.parent.glob("lib/python*/site-packages")):
        for file in sorted([*site.glob("*.pth"), *site.glob("__editable__*.py")]):
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            places = (Path(p) for p in re.findall(rf"{re.escape(str(root))}(?:/[^'\"\n;:]*)?(?=['\"\n;:]|$)", text))
            found += [_relative(p if file.suffix == ".pth" else p.parent, root) for p in places]
    return tuple(dict.fromkeys(found))


def _relative(path: Path, root: Path) -> str:
    return "" if path in (root, root.parent) else path.relative_to(root).as_posix().rstrip("/")
