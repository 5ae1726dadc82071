"""From `factory run` to the stamp, beside the bare suite: a first ticket on a fresh clone, with the default tiers.

The suite runs on main and on the tree that is stamped; the proof runs under other conditions and by altered judges
meanwhile. "Tests too" is a change that brings a test and a line of README, so that main's judge runs beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench import programs, worlds
from bench.clocks import cost
from bench.figures import Figure
from bench.size import Size
from factory.git.repo import Repo

NAME = "turn"
SUITE = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
CHECK = "python -m pytest -q tests/test_total.py"
SETTINGS = """[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[product]
paths = ["till/**"]
"""
FIX = "sed -i 's/sum(prices)/sum(prices) - len(prices)/' till/__init__.py\n"
BRINGS = FIX + (
    "printf 'from till import total\\n\\n\\ndef test_new():\\n    assert total([9]) == 8\\n' > tests/test_new.py\n"
    "echo more >> README.md\n"
)
TABLE = "# Roadmap\n\n| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
LEDGER = "# Criteria\n\n| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"
SLOW = """import time

import pytest


@pytest.mark.parametrize("number", range(50))
def test_a_sum(number: int) -> None:
    time.sleep({pause})
    assert sum(range(number)) == number * (number - 1) // 2
"""


def measure(size: Size, where: Path) -> Iterator[Figure]:
    for seconds in size.suites:
        for name, worker in (("the product alone", FIX), ("tests too", BRINGS)):
            yield _turn(where / f"{seconds:g}-{name.replace(' ', '-')}", seconds, name, worker)


def _turn(where: Path, seconds: float, name: str, worker: str) -> Figure:
    where.mkdir()
    path, home = worlds.make(where, files=0), where / "home"
    with Repo(path) as repo:
        worlds.add(repo, _files(seconds, worker))
    clone = where / "clone"
    programs.git(where, home, "clone", "-q", str(path), str(clone))
    bare = cost(lambda: programs.run([sys.executable, *SUITE], home, clone, ok=(1,)))
    turn = cost(lambda: programs.factory(home, clone, "run"))
    return Figure(
        NAME, f"{seconds:g} s of tests, {name}", turn.wall * 1e3, "ms", bare.wall * 1e3, "python -m pytest -q"
    )


def _files(seconds: float, worker: str) -> dict[str, bytes]:
    slow = SLOW.format(pause=seconds / 100)  # two files of fifty
    return {
        path: text.encode()
        for path, text in {
            "till/__init__.py": "def total(prices):\n    return sum(prices)\n",
            "tests/test_total.py": "from till import total\n\n\ndef test_total():\n    assert total([3, 4]) == 5\n",
            "tests/test_slow_a.py": slow,
            "tests/test_slow_b.py": slow,
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
            "README.md": "# till\n",
            "tools/worker.sh": worker,
            "ssot/factory.toml": SETTINGS,
            "D_ROADMAP.md": TABLE + "| D-1 | IN_PROGRESS | P1 | LOW | A coupon each |  |\n",
            "AC_LEDGER.md": LEDGER + f"| AC-1 | D-1 | a coupon | `{CHECK}` | OPEN |  |\n",
        }.items()
    }
