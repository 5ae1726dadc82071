"""What an evidence pack's README tells a person to type gives, in a clone, the verdict that the gate gave then."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import RIGHT, Shop

At = Callable[[Path], Shop]
README = ".factory/evidence/README.md"
ONCE_WRONG = f'[ "$FACTORY_ATTEMPT" = 2 ] || {{ echo wrong > "$FACTORY_TICKET.txt"; exit 0; }}\n{RIGHT}'


@pytest.fixture
def cloned(make: Callable[..., Shop], at: At, tmp_path: Path) -> tuple[Shop, str]:
    """A clone of a shop where D-1 went wrong once, and the failed attempt's evidence commit."""
    shop = make("D-1 A ticket", worker=ONCE_WRONG)
    assert shop.run("run").code == 0
    (failed,) = shop.git("log", "--format=%P", "--grep=^fail(D-1", "factory/ledger").splitlines()
    subprocess.run(["git", "clone", "-q", shop.path, tmp_path / "clone"], check=True)
    return at(tmp_path / "clone"), failed.split()[1]


def test_the_gate_of_an_attempt_is_run_again_as_its_readme_says(cloned: tuple[Shop, str]) -> None:
    clone, failed = cloned
    for evidence, code, ends in (("main^2", 0, "gate: PASS"), (failed, 1, "gate: FAIL")):
        lines = clone.read(README, evidence).splitlines()
        assert len(lines) == 3
        program, *words = shlex.split(lines[1])
        assert program == "factory"
        done = clone.run(*words)
        assert (done.code, done.err, done.out.splitlines()[-1]) == (code, "", ends)
        assert "AC-D-1-1" in clone.run(*words, "--json").out
    wrong = clone.run("gate", "--work", "HEAD")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    assert "is no attempt's work commit" in wrong.err
    assert "there is no commit 'f00'" in clone.run("gate", "--work", "f00").err
