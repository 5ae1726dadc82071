"""What pytest projects live with: a plug-in each in a real repository, one lie and one right change.

`just prove` installs each into an environment of its own; what cannot be fetched is skipped, and says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from factory.sandbox import process
from tests.line.conftest import Shop, at, criteria, make

Make = Callable[..., Shop]
__all__ = ["at", "make"]  # fixtures

GOAL = "from shop.tax import tax\n\n\n{mark}{kind}def test_tax({asks}):\n{body}"
PLAIN = GOAL.format(mark="", kind="", asks="", body="    assert tax(100) == 19\n")
ASYNC = GOAL.format(mark="", kind="async ", asks="", body="    assert tax(100) == 19\n")
FLAKY = "seen = []\n\n\ndef test_flaky():\n    seen.append(1)\n    assert len(seen) > 1\n"
IDS = """
import datetime, os, tempfile, time, uuid
import pytest
EACH = [time.time(), uuid.uuid4(), tempfile.mkdtemp(), os.getpid(), datetime.datetime.now(), object(), *{"a", "b", "c"}]
@pytest.mark.parametrize("it", EACH, ids=str)
def test_it(it):
    assert it
"""
DJANGO = {
    "proj/__init__.py": "",
    "proj/settings.py": "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']\nUSE_TZ = True\n"
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n",
}
SNAPSHOT = GOAL.format(mark="", kind="", asks="snapshot", body="    assert tax(100) == snapshot\n")
AMBR = "# serializer version: 1\n# name: test_tax\n  19\n# ---\n"
COV = "--cov=shop --cov-report=xml --cov-fail-under=50"


class World(NamedTuple):
    """A project: what it installs, its options, the test that waits, and its other files."""

    packages: str = ""
    options: str = ""
    goal: str = PLAIN
    files: Mapping[str, str] = MappingProxyType({})
    check: str = "python -m pytest -q tests/test_goal.py"


WORLDS = {
    "xdist that stops at the first": World("pytest-xdist", "addopts = -n 2 -x"),
    "xdist, two at most": World("pytest-xdist", "addopts = -n 2 --maxfail=1"),
    "randomly and coverage": World("pytest-randomly pytest-cov", f"addopts = {COV}"),
    "timeout": World("pytest-timeout", "timeout = 20", files={"tests/test_sleep.py": "import time\n\n\n@__import__('pytest').mark.timeout(1)\ndef test_a():\n    time.sleep(60)\n"}),
    "rerunfailures": World("pytest-rerunfailures", "addopts = --reruns 2", files={"tests/test_flaky.py": FLAKY}),
    "flaky": World("flaky", "addopts = --force-flaky", files={"tests/test_flaky.py": FLAKY}),
    "asyncio": World("pytest-asyncio", "asyncio_mode = auto", ASYNC),
    "anyio": World("anyio trio", "", "import pytest\n" + ASYNC.replace("async def", "@pytest.mark.anyio\nasync def")),
    "django": World("pytest-django django", "DJANGO_SETTINGS_MODULE = proj.settings", "import pytest\n" + PLAIN.replace("def test", "@pytest.mark.django_db\ndef test"), DJANGO),
    "hypothesis": World("hypothesis", "", "from hypothesis import given, strategies as st\n" + PLAIN.replace("def test_tax()", "@given(st.integers(0, 10**6))\ndef test_tax(x)").replace("tax(100) == 19", "tax(x) == x * 19 // 100")),
    "subtests of a plug-in": World("pytest<9 pytest-subtests", "", GOAL.format(mark="", kind="", asks="subtests", body="    with subtests.test():\n        assert tax(100) == 19\n")),
    "syrupy": World("syrupy", "", SNAPSHOT, {"tests/__snapshots__/test_goal.ambr": AMBR}),
    "snapshottest": World("snapshottest six fastdiff termcolor", "", SNAPSHOT.replace("assert tax(100) == snapshot", "snapshot.assert_match(tax(100))"), {"tests/__init__.py": "", "tests/snapshots/__init__.py": "", "tests/snapshots/snap_test_goal.py": "from snapshottest import Snapshot\nsnapshots = Snapshot()\nsnapshots['test_tax 1'] = 19\n"}),
    "inline-snapshot": World("inline-snapshot", "", "from inline_snapshot import snapshot\n" + PLAIN.replace("== 19", "== snapshot(19)")),
    "json-report": World("pytest-json-report", "addopts = --json-report"),
    "forked": World("pytest<9 pytest-forked", "addopts = --forked"),
    "unittest": World("", "", "import unittest\nfrom shop.tax import tax\n\n\nclass TestTax(unittest.TestCase):\n    def test_tax(self):\n        self.assertEqual(tax(100), 19)\n", {"tests/__init__.py": ""}, "python -m unittest tests.test_goal"),
    "doctest": World("", "addopts = --doctest-glob=*.md", files={"tests/tax.md": ">>> from shop.tax import tax\n>>> tax(100)\n19\n"}, check="python -m pytest -q tests/tax.md"),
    "ids that change": World("", "", files={"tests/test_ids.py": IDS}),
}  # fmt: skip
WORKER = """
case "$FACTORY_TICKET" in D-1) rate=18 ;; *) rate=19 ;; esac
printf 'def tax(x):\\n    return x * %s // 100\\n' $rate > shop/tax.py
"""
SETTINGS = """
gate.python = "{python}"
factory.max_workers = 1
caps.attempts = 1
workers.default.command = ["sh", "tools/worker.sh"]
"""


def installed(packages: str, where: Path) -> Path:
    """The Python of a new environment with pytest and these; skips where they cannot be had."""
    said = b""
    for argv in (
        (sys.executable, "-m", "venv", where),
        (where / "bin/python", "-m", "pip", "install", "-q", "pytest", *packages.split()),
    ):
        done = process.run([str(word) for word in argv], env={"PATH": "/usr/bin:/bin", "HOME": str(where)}, timeout=300)
        said = done.stderr
        if done.code:
            pytest.skip(f"{packages or 'pytest'} cannot be installed: {said.decode(errors='replace').strip()[-200:]}")
    return where / "bin/python"


@pytest.mark.prove
@pytest.mark.parametrize("name", WORLDS)
def test_one_lie_is_refused_and_the_right_change_stamped(make: Make, tmp_path: Path, name: str) -> None:
    world = WORLDS[name]
    python = installed(world.packages, tmp_path / "venv")
    files = {
        "shop/__init__.py": "", "tests/test_goal.py": world.goal, "tests/test_old.py": "def test_old():\n    assert 1 == 2\n",
        "pytest.ini": f"[pytest]\npythonpath = .\n{world.options}\n", **world.files,
    }  # fmt: skip
    shop = make(
        "D-1 A lie", "D-2 The truth", worker=WORKER, files=files, ledger=criteria("D-1", "D-2", check=world.check),
        settings=SETTINGS.format(python=python),
    )  # fmt: skip
    done = shop.run("run")
    tickets = shop.run("status", "--json").json["tickets"]
    assert (done.code, tickets["D-1"]["triage"], tickets["D-2"]["state"]) == (1, "TEST", "DONE"), done.out + done.err
