"""Editable installs: a person's environment that imports from their checkout must import from the room instead."""

from __future__ import annotations

import re
from pathlib import Path


def source_roots(python: Path, root: Path) -> tuple[str, ...]:
    """The folders of the repository, relative to it, that the interpreter's site-packages point at ("" is its root).

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
