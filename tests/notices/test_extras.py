"""What an extra brings is loaded by nobody who does not use it, and missed by nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.line.night import ROOT

EXTRAS = ("apprise", "opentelemetry")
ALL = """
import importlib, pkgutil, sys
import factory, guards
for package in (factory, guards):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.startswith(("factory.injected", "factory.templates")) and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
print([name for name in sys.modules if name.partition(".")[0] in {extras}])
"""
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
from factory.cli import main
main({words})
"""


def python(program: str, at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=at, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(at)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_no_module_of_the_house_loads_an_extra(tmp_path: Path) -> None:
    done = python(ALL.replace("{extras}", repr(set(EXTRAS))), tmp_path)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_the_command_works_without_them(tmp_path: Path) -> None:
    for words in (["--help"], ["ping", "--help"], ["traces", "--help"]):
        done = python(WITHOUT.replace("{extras}", repr(set(EXTRAS))).replace("{words}", repr(words)), tmp_path)
        assert done.returncode == 0, done.stderr
