"""Tests cannot touch this machine's home, git identity or configuration."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest

from factory.gate import interpreter
from tests import lean

KEPT = {"PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS"}

# no test is timed, for a machine may be busy; and a third of the usual examples, for there are many tests
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=30)
hypothesis.settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it for what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _kept(name: str) -> bool:
    return name in KEPT or name.startswith(("COVERAGE_", "COV_", "PYTEST_", "HYPOTHESIS_"))


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, and none of the machine's variables (git's, keys, proxies)."""
    for name in list(os.environ):
        if not _kept(name):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


@pytest.fixture(autouse=True)
def _lean_gate(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Where the gate runs in this process, it runs with pytest alone; `plugins` marks what needs more."""
    if not request.node.get_closest_marker("plugins"):
        monkeypatch.setattr(interpreter, "OWN", lean.python())


def pytest_unconfigure() -> None:
    """Takes the lean Python away again."""
    lean.remove()
