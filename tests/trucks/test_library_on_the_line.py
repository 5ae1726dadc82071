"""The library example through `factory run`: killed twice, and held against an independent count."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.cards.test_library_example import EXAMPLE

SMALL = ("json", "wsgiref", "threading.py", "pydoc.py")


def whole(repo: Path, root: Path, *kills: int) -> str:
    """The figures that `whole.py` prints; it fails where anything that it checks does not hold."""
    code = f"import whole, pathlib; print(whole.whole(pathlib.Path({str(repo)!r}), {str(root)!r}, {kills!r}))"
    env = {**os.environ, "PYTHONPATH": f"{EXAMPLE}{os.pathsep}{EXAMPLE.parents[1]}"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_part_of_the_library_is_indexed_tagged_and_struck_through_two_kills(tmp_path: Path) -> None:
    root = tmp_path / "library"
    root.mkdir()
    for name in SMALL:
        at = Path(sysconfig.get_path("stdlib"), name)
        shutil.copytree(at, root / name) if at.is_dir() else shutil.copy(at, root / name)
    (root / "old.py").write_text("# -*- coding: utf-8 -*-\ntry:\n    x\nexcept:  # all\n    y\n")
    figures = whole(tmp_path / "repo", root, 1, 1)
    assert "'kills': 2" in figures


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_the_whole_library_goes_through_the_line_and_two_kills(tmp_path: Path) -> None:
    figures = whole(tmp_path / "repo", Path(sysconfig.get_path("stdlib")), 20, 60)
    assert "'kills': 2" in figures
