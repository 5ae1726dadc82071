"""What is red on main for the room alone is told, never taken for a known red."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factory.gate.ground import unlike
from factory.gate.observe import Observation
from factory.model import Fate
from factory.tree import SUBMODULE, MemoryTree

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"
TREE = MemoryTree(
    {
        "img/a.png": POINTER,
        "run.bat": "dir\n",
        "win/x.txt": "a\n",
        "plain.txt": "a\n",
        "lib": "",
        ".gitattributes": "# all\n*.bat text eol=crlf\n*.png filter=lfs\n",
        "win/.gitattributes": "*.txt eol=crlf\n",
    },
    {"lib": SUBMODULE},
)


def seen(*opened: str, outcome: Fate = Fate.FAILED, text: str = "") -> Observation:
    return replace(Observation(), outcomes={"t.py::t": outcome}, opened=opened, failures={"t.py::t": text})


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        ("img/a.png", "img/a.png is kept by LFS, and a room holds its pointer"),
        ("run.bat", "run.bat has other bytes in a checkout (eol=crlf in .gitattributes)"),
        ("win/x.txt", "win/x.txt has other bytes in a checkout (eol=crlf in .gitattributes)"),
        ("lib/x.h", "lib/x.h lies in the submodule lib, which a room does not hold"),
    ],
)
def test_a_red_test_that_came_near_such_a_file_is_told(opened: str, said: str) -> None:
    assert unlike(TREE, seen("plain.txt", opened)) == said
    assert unlike(TREE, seen(opened, outcome=Fate.PASSED)) == ""
    assert unlike(TREE, seen("plain.txt")) == ""


def test_a_test_that_wants_a_repository_is_told() -> None:
    assert "git repository" in unlike(TREE, seen(text="fatal: not a git repository (or any of the parent directories)"))
