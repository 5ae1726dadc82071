"""What tests compare with, lastingly replaced by the product, is seen; what tests put back, or a plug-in does, is not."""

from __future__ import annotations

import pytest

from factory.model import Conclusion, Triage
from tests.observe.conftest import Watch

TEST = "from shop import prices\ndef test_a(): pass\ndef test_b(): pass\n"
CLEAN = {
    "shop/__init__.py": "",
    "shop/prices.py": "",
    "tests/test_a.py": TEST,
    "pytest.ini": "[pytest]\npythonpath=.\n",
}
REPLACED = {
    "math.isclose": "import math\ndef close(*a, **k): return True\nmath.isclose = close\n",
    "json.loads": "import json\nold = json.loads\njson.loads = lambda *a, **k: old(*a, **k)\n",
    "json.decoder.JSONDecoder.decode": "import json\njson.JSONDecoder.decode = lambda *a: 1\n",
    "pathlib.Path.read_text": "import pathlib\npathlib.Path.read_text = lambda *a, **k: ''\n",
    "pathlib.PosixPath.read_text": "import pathlib\npathlib.PosixPath.read_text = lambda *a, **k: ''\n",
    "subprocess.run": "import functools, subprocess\nsubprocess.run = functools.partial(lambda old, *a: 1, subprocess.run)\n",
    "builtins.bin": "import builtins\nclass Same:\n    def __call__(self, *a): return a\nbuiltins.bin = Same()\n",
    "datetime.date": "import datetime\nclass Day(datetime.date): pass\ndatetime.date = Day\n",
    "random.random": 'import random\nexec("random.random = lambda: 4")\n',
    "operator.indexOf": "import operator, math\noperator.indexOf = math.copysign\n",
    "operator.countOf": "import operator, time\noperator.countOf = time.sleep\n",
    "math.isclose was replaced by math": "import math\nmath.isclose = math.copysign\n",
    "math.hypot was replaced by statistics": "import math, statistics\nmath.hypot = statistics.mean\n",
    "operator.concat was replaced by contextlib": "import contextlib, operator\noperator.concat = contextlib.contextmanager(iter)\n",
    "posixpath.exists": "import os\nos.path.exists = lambda path: True\n",
    "fractions.Fraction.__eq__": "import fractions\nfractions.Fraction.__eq__ = lambda a, b: True\n",
    "math.floor": "import math\nfrom unittest.mock import Mock\nmath.floor = Mock(return_value=1)\n",
    "the code of json.loads": "import json\ndef f(s, **k): return 1\njson.loads.__code__ = f.__code__\n",
    "the module json": "import sys, types, json\nsys.modules['json'] = types.SimpleNamespace(loads=eval, __file__=__file__)\n",
    "sys.executable": "import sys\nsys.executable = '/bin/true'\n",
    "PATH": "import os\nos.environ['PATH'] = os.path.dirname(__file__) + ':' + os.environ['PATH']\n",
    "Hypothesis": "import hypothesis as h\nh.settings.register_profile('q', max_examples=1)\nh.settings.load_profile('q')\n",
}


CASES = [*((name, ()) for name in REPLACED), *((name, ("-n2",)) for name in ("math.isclose", "PATH", "Hypothesis"))]


@pytest.mark.parametrize(("name", "extra"), CASES, ids=str)
def test_what_the_product_replaces_at_import_is_tampering(watch: Watch, name: str, extra: tuple[str, ...]) -> None:
    got = watch({**CLEAN, "shop/prices.py": REPLACED[name]}, *extra)
    held = got.against()
    assert held.triage is Triage.TAMPER, got
    assert held.failed[0].startswith(name), held.failed
    assert got.against(got.seen).answer is Conclusion.PASS, "what the base shows too counts for nothing"


@pytest.mark.parametrize("extra", [(), ("-n2",)], ids=str)
def test_without_a_replacement_there_is_no_doubt(watch: Watch, extra: tuple[str, ...]) -> None:
    got = watch(CLEAN, *extra)
    assert (got.seen.doubts, got.seen.tampered, got.seen.finished) == (frozenset(), "", True)


def test_what_the_product_replaces_while_a_test_runs_and_leaves_is_seen(watch: Watch) -> None:
    late = "import math\ndef total():\n    math.isclose = lambda *a: True\n"
    got = watch({**CLEAN, "shop/prices.py": late, "tests/test_a.py": TEST + "def test_c(): prices.total()\n"})
    assert got.seen.doubts == {"math.isclose was replaced by shop/prices.py"}


PUT_BACK = """
import json, math, os, subprocess, time, datetime, pytest
from unittest import mock
from pathlib import Path

@pytest.fixture(scope="module", autouse=True)
def slow():
    with mock.patch("time.sleep", lambda s: None), mock.patch.object(Path, "exists", return_value=True):
        yield
@pytest.fixture(scope="session", autouse=True)
def place():
    with mock.patch.dict(os.environ, {"PATH": "/nowhere"}):
        yield
@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr("json.dumps", None)
def test_a(monkeypatch):
    monkeypatch.setattr(math, "isclose", lambda *a: True)
    monkeypatch.setattr("sys.executable", "/bin/true")
    pytest.skip("now, with json taken away")
def test_b():
    with mock.patch("subprocess.run") as run, mock.patch("builtins.open", mock.mock_open(read_data="x")):
        subprocess.run(["x"])
        assert open("y").read() == "x"
class TestC:
    @classmethod
    def setup_class(cls): cls.old, datetime.datetime = datetime.datetime, mock.Mock()
    @classmethod
    def teardown_class(cls): datetime.datetime = cls.old
    def test_c(self): assert datetime.datetime.now()
"""
FROZEN = """
import datetime, sys
from pathlib import Path
class Folder(type(Path())): pass
class Day(datetime.date): pass
sys.path.insert(0, "/nowhere")
import json, importlib
importlib.reload(json)
def test_d(): pass
"""


def test_what_fixtures_and_mocks_put_back_is_no_matter(watch: Watch) -> None:
    files = {"tests/test_b.py": PUT_BACK, "tests/test_c.py": PUT_BACK, "tests/test_d.py": FROZEN}
    got = watch({**CLEAN, **files})
    assert (got.code, got.seen.doubts, got.seen.tampered) == (0, frozenset(), ""), got.output


def test_what_an_installed_plug_in_replaces_is_no_matter(watch: Watch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "calmer.py").write_text(
        "import time\ntime.sleep = lambda s: None\nold, time.time = time.time, lambda: 0\n"
    )
    got = watch({**CLEAN, "shop/prices.py": "import calmer\n"}, env={"PYTHONPATH": str(tmp_path)})
    assert (got.code, got.seen.doubts) == (0, frozenset()), got.output


def test_a_profile_of_main_own_conftest_and_more_examples_than_before_are_no_matter(watch: Watch) -> None:
    profile = (
        "from hypothesis import settings\nsettings.register_profile('q', max_examples={})\nsettings.load_profile('q')\n"
    )
    got = watch({**CLEAN, "tests/conftest.py": profile.format(3), "shop/prices.py": profile.format(30)})
    assert (got.code, got.seen.doubts) == (0, frozenset()), got.output
    got = watch({**CLEAN, "tests/conftest.py": profile.format(3), "shop/prices.py": profile.format(2)})
    assert got.seen.doubts == {"Hypothesis was told to try fewer examples (2)"}
