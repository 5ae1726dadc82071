"""A Python with pytest and no plug-in of it, for the gate: those that these tests need cost each of its runs more than
pytest itself does, and no judged repository asks for them."""

from __future__ import annotations

import compileall
import functools
import importlib.metadata
import shutil
import sys
import tempfile
import venv
from pathlib import Path

PACKAGES = ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "typing_extensions")


@functools.cache
def python() -> Path:
    """The interpreter; one for each process that asks."""
    at = Path(tempfile.mkdtemp(prefix="lean-"))
    at.chmod(0o755)
    venv.create(at, symlinks=True)
    site = next(at.glob("lib/python*/site-packages"))
    for package in PACKAGES:
        for file in importlib.metadata.files(package) or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.is_file():
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
    compileall.compile_dir(site, quiet=2)
    return at / "bin" / "python"


def remove() -> None:
    """At the end of the session."""
    if python.cache_info().currsize:
        shutil.rmtree(python().parents[1], ignore_errors=True)


if __name__ == "__main__":
    sys.stdout.write(f"{python()}\n")
