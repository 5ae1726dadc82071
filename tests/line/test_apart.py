"""The factory's packages are nobody else's: beside factory_boy it says so, and the gate's commands do not find them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import factory
from factory.gate import interpreter

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (("__init__.py", "declarations.py"), 4),  # the other package alone
        (("__init__.py", "declarations.py", "cli.py"), 4),  # one over the other
        ((), 0),
    ],
)
def test_two_packages_under_one_name_are_told_in_one_line(files: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "factory").mkdir()
    for name in files:
        (tmp_path / "factory" / name).write_text("raise SystemExit('another package ran')\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    start = "import sys; sys.argv[1:] = ['--version']; import stampmill; stampmill.main()"
    ran = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, env=env, cwd=tmp_path)
    assert ran.returncode == code, ran
    assert ran.stderr.count("\n") == bool(code)
    assert ("install stampmill apart" in ran.stderr) == bool(code)


def test_our_packages_are_hidden_where_the_gate_runs_on_our_own_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "v/bin/python"
    site = tmp_path / "v/lib/python3.11/site-packages"
    for name in ("factory", "guards", "pytest"):
        (site / name).mkdir(parents=True)
    monkeypatch.setattr(factory, "__file__", str(site / "factory/__init__.py"))
    assert interpreter.ours(python) == ()
    assert interpreter.installed(python) == {"factory", "guards", "pytest"}
    monkeypatch.setattr(interpreter, "OWN", python)
    assert interpreter.ours(python) == (site / "factory", site / "guards")
    assert interpreter.installed(python) == {"pytest"}
    monkeypatch.setattr(factory, "__file__", str(ROOT / "factory/__init__.py"))
    assert interpreter.ours(python) == ()  # a clone that no room holds
