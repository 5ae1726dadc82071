"""The demo's twelve tickets: each one's check tells the bug from the mended code, but for the one that must not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from factory.demo import make_shop
from factory.demo_shop import JOBS
from factory.sandbox import process

VACUOUS = "D-012"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("demo") / "shop"
    make_shop(at)
    return at


def passes(shop: Path, check: str) -> bool:
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *f"tests/{check}".split()]
    done = process.run(argv, cwd=shop, env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}, timeout=60)
    assert done.code in (0, 1), done.stdout.decode()
    return done.code == 0


@pytest.mark.parametrize("ticket", JOBS)
def test_a_check_is_red_on_the_demos_bugs(shop: Path, ticket: str) -> None:
    assert passes(shop, JOBS[ticket].check) is (ticket == VACUOUS)
