"""What honest test suites do is neither tampering nor red."""

from __future__ import annotations

import sys

import pytest

from factory.model import Conclusion, Fate
from tests.observe.conftest import PYTEST, Watch, Watched

HONEST = {
    "a fixture that forks": """
import os, pytest
@pytest.fixture
def child():
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
def test_a(child):
    pass
""",
    "a child that outlives the session": """
import os, time
def test_a():
    if not os.fork():
        time.sleep(1.5)
        os._exit(0)
""",
    "multiprocessing": """
import multiprocessing, pytest
def double(x):
    return 2 * x
@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_a(how):
    with multiprocessing.get_context(how).Pool(1) as pool:
        assert pool.map(double, [1, 2]) == [2, 4]
""",
    "captured descriptors": """
import os
def test_a(capfd):
    os.write(1, b"x")
    assert capfd.readouterr().out == "x"
def test_b(capsys):
    print("x")
    assert capsys.readouterr().out == "x\\n"
""",
    "descriptors counted and low ones closed": """
import os
def test_a():
    before = os.listdir("/proc/self/fd")
    assert len(os.listdir("/proc/self/fd")) == len(before)
    spare = os.open("/dev/null", os.O_RDONLY)
    os.closerange(spare, 64)
""",
    "chdir": "import os\ndef test_a(tmp_path):\n    os.chdir(tmp_path)\ndef test_b():\n    pass\n",
    "an empty environment": "import os\ndef test_a():\n    os.environ.clear()\ndef test_b():\n    pass\n",
    "pytester in process": """
pytest_plugins = ["pytester"]
def test_a(pytester):
    pytester.makepyfile(test_in="def test_in(): assert 0")
    pytester.runpytest_inprocess().assert_outcomes(failed=1)
def test_b(pytester):
    pytester.makepyfile(test_in="def test_in(): pass")
    items, record = pytester.inline_genitems()
    assert len(items) == 1
    assert pytester.inline_run().ret == 0
""",
    "pytester in a process": """
pytest_plugins = ["pytester"]
def test_a(pytester):
    pytester.makepyfile(test_in="def test_in(): assert 0")
    pytester.runpytest_subprocess().assert_outcomes(failed=1)
""",
    "pytest.main and a pytest child": """
import subprocess, sys, pytest
def test_a(tmp_path):
    (tmp_path / "test_in.py").write_text("def test_in(): assert 0")
    assert pytest.main(["-q", "-p", "no:cacheprovider", str(tmp_path)]) == 1
    assert subprocess.call([sys.executable, "-m", "pytest", "-q", str(tmp_path)]) == 1
""",
    "unittest": """
import unittest
class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.x = 1
    def setUp(self):
        self.addCleanup(lambda: None)
    def test_a(self):
        self.assertEqual(self.x, 1)
        with self.assertRaises(ValueError):
            raise ValueError
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertLess(i, 3)
class TestB(unittest.IsolatedAsyncioTestCase):
    async def test_a(self):
        self.assertTrue(True)
""",
    "odd ids": """
import pytest
@pytest.mark.parametrize("x", ["a::b", "[", "]", "\\n", "é", "\\ud800", "\\x00", " ", "'", '"', "\\\\", "x" * 500])
def test_a(x):
    pass
""",
    "monkeypatching as tests do": """
import os, sys, time, builtins, socket, json
def test_a(monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: 1)
    monkeypatch.setattr(os, "write", None)
    monkeypatch.setattr(time, "time", lambda: 0)
    monkeypatch.setattr(builtins, "open", None)
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr(json, "dumps", None)
    monkeypatch.setitem(sys.modules, "json", None)
    monkeypatch.delenv("HOME")
def test_b():
    assert os.getpid() > 1
""",
    "pytest is missing for a moment": """
import sys
def test_a(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest", None)
def test_b():
    pass
""",
    "mocks of unittest": """
from unittest import mock
def test_a():
    with mock.patch("unittest.mock.call") as fake, mock.patch("os.path.exists", return_value=True):
        assert fake is not None
""",
    "fixtures of all scopes": """
import pytest
@pytest.fixture(scope="session")
def s(): yield 1
@pytest.fixture(scope="module")
def m(s): yield s
@pytest.fixture(scope="class", autouse=True)
def c(): yield 1
@pytest.fixture(autouse=True)
def nosy(request):
    assert request.module.__name__.endswith("test_a")
    yield
class TestA:
    def test_a(self, m): pass
    def test_b(self, m): pass
def test_c(s): pass
""",
    "module and class set-up of the old kind": """
seen = []
def setup_module(module): seen.append(1)
def teardown_module(module): assert seen == [1]
class TestA:
    @classmethod
    def setup_class(cls): seen.append(2); seen.pop()
    def setup_method(self, method): self.x = 1
    def test_a(self): assert self.x == 1
def test_b(): assert seen == [1]
""",
    "seeds": """
import random
random.seed(1)
first = random.random()
def test_a():
    random.seed(1)
    assert random.random() == first
def test_b():
    random.seed(1); random.random(); second = random.random()
    random.seed(1); random.random()
    assert random.random() == second
""",
    "warnings are errors": "import warnings\ndef test_a():\n    assert warnings.filters\n",
    "a hook of the repository's own": "def test_a(request):\n    assert request.config.seen\n",
    "subtests": """
def test_a(subtests):
    for i in range(3):
        with subtests.test(i=i):
            assert i < 3
""",
    "threads and hypothesis": """
import threading
from hypothesis import given, settings, strategies as st
@settings(max_examples=5, database=None)
@given(st.integers())
def test_a(x):
    assert x == x
def test_b():
    t = threading.Thread(target=lambda: None)
    t.start(); t.join()
""",
    "logging and recursion": """
import logging, sys
def test_a(caplog):
    logging.getLogger().warning("x")
    assert caplog.records
def test_b():
    def f(n): return f(n + 1)
    try: f(0)
    except RecursionError: pass
""",
    "a test file that execs itself": """
import subprocess, sys
def test_a():
    assert subprocess.run([sys.executable, "-c", "import os; os._exit(3)"]).returncode == 3
""",
}
CONFTEST = """
import pytest
def pytest_configure(config):
    config.seen = True
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.extra = item.name
def pytest_collection_modifyitems(config, items):
    for item in items:
        assert item.name.startswith("test_")
def pytest_runtest_setup(item):
    assert item.config.seen
"""
FLAGS = {
    "plain": (),
    "strict": ("-W", "error", "--strict-markers", "--strict-config", "-x", "--maxfail=1"),
    "keyword": ("-k", "test", "--durations=3", "-v"),
    "no rewriting": ("--assert=plain", "-s"),
    "two workers": ("-n2",),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_suite_is_green(watch: Watch, name: str) -> None:
    _all_green(watch({"test_a.py": HONEST[name], "conftest.py": CONFTEST}))


def test_all_honest_suites_are_green_in_xdist_workers(watch: Watch) -> None:
    files = {f"test_{n}/test_a.py": content for n, content in enumerate(HONEST.values())}
    _all_green(watch({**files, "conftest.py": CONFTEST, **{f"{name[:-9]}__init__.py": "" for name in files}}, "-n2"))


def _all_green(got: Watched) -> None:
    assert got.code == 0, got.output
    assert (got.seen.tampered, got.seen.doubts, got.seen.finished) == ("", frozenset(), True)
    assert set(got.seen.outcomes.values()) == {Fate.PASSED}
    assert len(got.seen.outcomes) == got.seen.collected
    assert got.against().answer is Conclusion.PASS


@pytest.mark.parametrize("flags", FLAGS)
def test_canaries_change_no_count_no_exit_code_and_no_stop(watch: Watch, flags: str) -> None:
    tests = "".join(f"def test_{n}():\n    assert True\n" for n in range(5))
    got = watch({"test_a.py": tests}, *FLAGS[flags])
    assert (got.code, got.seen.collected, got.seen.tampered, got.seen.doubts) == (0, 5, "", frozenset())
    assert "5 passed" in got.output
    assert "failed" not in got.output


MIXED = """
import pytest, unittest
def test_pass(): pass
def test_fail(): assert [1] == [2]
@pytest.mark.skip
def test_skip(): pass
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail(strict=False)
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.fixture
def bad(): raise ValueError("set-up")
def test_setup(bad): pass
@pytest.fixture
def late():
    yield
    raise ValueError("tear-down")
def test_teardown(late): pass
@pytest.fixture(scope="class")
def late_class():
    yield
    raise ValueError("class")
class TestC:
    def test_one(self, late_class): pass
    def test_two(self, late_class): pass
class TestU(unittest.TestCase):
    def test_fail(self): self.assertEqual(1, 2)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    @unittest.skip("no")
    def test_skip(self): pass
    def test_sub(self):
        with self.subTest(): self.assertEqual(1, 2)
def test_subtests(subtests):
    with subtests.test(): assert 0
"""
EXPECTED = {
    "test_pass": "passed",
    "test_fail": "failed",
    "test_skip": "skipped",
    "test_xfail": "xfailed",
    "test_xpass": "xpassed",
    "test_strict": "failed",
    "test_setup": "error",
    "test_teardown": "error",
    "TestC::test_one": "passed",
    "TestC::test_two": "error",
    "TestU::test_fail": "failed",
    "TestU::test_expected": "xfailed",
    "TestU::test_unexpected": "failed",
    "TestU::test_skip": "skipped",
    "TestU::test_sub": "failed",
    "test_subtests": "failed",
}


@pytest.mark.parametrize("extra", [(), ("-n2", "--dist=loadfile")])
def test_every_outcome_has_its_word(watch: Watch, extra: tuple[str, ...]) -> None:
    got = watch({"test_a.py": MIXED}, *extra)
    assert {node.partition("::")[2]: outcome.value for node, outcome in got.seen.outcomes.items()} == EXPECTED
    assert (got.code, got.seen.tampered, got.seen.doubts, got.seen.finished) == (1, "", frozenset(), True)
    assert "assert [1] == [2]" in got.seen.failures["test_a.py::test_fail"]


def test_doctests_are_tests(watch: Watch) -> None:
    got = watch({"thing.py": '"""\n>>> 1 + 1\n2\n"""\n'}, "--doctest-modules")
    assert got.seen.outcomes == {"thing.py::thing": Fate.PASSED}
    assert got.against().answer is Conclusion.PASS


def test_a_stop_at_the_first_failure_is_no_tampering(watch: Watch) -> None:
    files = {"test_a.py": "def test_a(): assert 0\n", "test_b.py": "def test_b(): pass\n"}
    got = watch(files, "-x")
    assert (got.seen.tampered, got.seen.doubts, got.seen.finished) == ("", frozenset(), True)
    assert got.seen.unrun == ("test_b.py::test_b",)
    held = got.against({"test_b.py::test_b": Fate.PASSED})
    assert (held.failed, held.tests.failed, held.tests.missing) == (("test_a.py::test_a: failed",), 1, 0)


def test_run_all_goes_past_a_known_red(watch: Watch) -> None:
    files = {"test_a.py": "def test_a(): assert 0\n", "test_b.py": "def test_b(): pass\n"}
    assert len(watch(files, "-x", run_all=True).seen.outcomes) == 2


def test_a_module_that_breaks_is_an_error_and_hides_nothing_else(watch: Watch) -> None:
    got = watch({"test_a.py": "import nowhere\n", "test_b.py": "def test_b(): pass\n"})
    assert got.seen.outcomes == {"test_a.py": Fate.ERROR, "test_b.py::test_b": Fate.PASSED}
    assert "nowhere" in got.seen.failures["test_a.py"]
    assert (got.seen.finished, got.seen.tampered) == (True, "")


def test_collecting_only_is_finished_with_no_outcomes(watch: Watch) -> None:
    got = watch({"test_a.py": "def test_a(): assert 0\n"}, "--collect-only")
    assert (got.code, got.seen.collected, got.seen.outcomes, got.seen.tampered) == (0, 1, {}, "")
    assert got.against().answer is Conclusion.PASS


def test_sessions_one_after_the_other_are_told_together(watch: Watch) -> None:
    files = {"test_a.py": "def test_a(): pass\n", "test_b.py": "def test_b(): pass\n"}
    one = " ".join(PYTEST)
    got = watch(files, argv=("sh", "-c", f"{one} test_a.py && {one} test_b.py"))
    assert (got.seen.sessions, got.seen.collected, got.seen.tampered, got.seen.finished) == (2, 2, "", True)


def test_a_runner_that_is_not_pytest_has_no_session(watch: Watch) -> None:
    got = watch({"test_a.py": "x = 1\n"}, argv=(sys.executable, "-m", "unittest", "-q"))
    assert (got.seen.sessions, got.seen.tampered, got.seen.finished) == (0, "", False)


def test_a_flaky_test_that_a_plug_in_reruns_is_judged_by_its_last_run(watch: Watch) -> None:
    rerun = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        again = attempt == 0 and any(r.failed for r in reports)
        for report in reports:
            if again and report.failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if not again:
            break
        item._initrequest()
    return True
"""
    test = "seen = []\ndef test_a():\n    seen.append(1)\n    assert len(seen) == 2\ndef test_b(): pass\n"
    got = watch({"conftest.py": rerun, "test_a.py": test})
    assert (got.code, got.seen.tampered, got.seen.doubts) == (0, "", frozenset())
    assert set(got.seen.outcomes.values()) == {Fate.PASSED}


def test_random_order_is_fine(watch: Watch) -> None:
    argv = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "randomly")
    tests = "".join(f"def test_{n}():\n    pass\n" for n in range(9))
    got = watch({"test_a.py": tests}, argv=(*argv[:-2],))
    assert (got.code, len(got.seen.outcomes), got.seen.tampered) == (0, 9, "")


def test_variables_that_were_set_before_are_still_there_for_the_tests(watch: Watch) -> None:
    test = """
import os, sys
def test_a():
    assert os.environ["PYTEST_ADDOPTS"] == "-v" and os.environ["PYTHONPATH"] == "/nowhere"
    assert "/nowhere" in sys.path
"""
    got = watch({"test_a.py": test}, env={"PYTEST_ADDOPTS": "-v", "PYTHONPATH": "/nowhere"})
    assert got.code == 0, got.output
    assert "1 passed" in got.output


def test_run_all_goes_past_a_known_red_in_each_xdist_worker(watch: Watch) -> None:
    files = {
        "test_a.py": "import pytest\n\n\n@pytest.mark.parametrize('n', range(12))\ndef test_a(n):\n    assert n % 3\n"
    }
    got = watch(files, "-x", "-n", "2", run_all=True)
    assert (len(got.seen.outcomes), got.code) == (12, 1)


TOGETHER = """
import os, pathlib, time
def test_a():
    pathlib.Path("here-" + os.environ["PYTEST_XDIST_WORKER"]).touch()
    until = time.monotonic() + 60
    while len(list(pathlib.Path().glob("here-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert not os.path.exists("here-gw1")
def test_b():
    pass
"""


@pytest.mark.plugins
def test_a_test_that_two_xdist_workers_run_at_a_time_is_told_by_both(watch: Watch) -> None:
    got = watch({"test_a.py": TOGETHER}, "--dist=each", "--tx=2*popen")
    assert got.seen.outcomes == {"test_a.py::test_a": Fate.FAILED, "test_a.py::test_b": Fate.PASSED}
    assert (got.code, got.seen.tampered, got.seen.doubts, got.seen.collected) == (1, "", frozenset(), 2)


COUNTS_ON_ITS_PROTOCOL = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    item.seen = []
    yield
    del item.seen
{hook}
"""
HOOKS = {
    "a hook": "def pytest_runtest_setup(item):\n    item.seen.append(1)",
    "a wrapper": "@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item):\n    yield\n    item.seen.append(1)",
}


@pytest.mark.parametrize("extra", [(), ("-n2",)])
@pytest.mark.parametrize("hook", HOOKS)
def test_the_canaries_sing_where_a_plug_in_counts_on_what_it_puts_round_a_test(
    watch: Watch, hook: str, extra: tuple[str, ...]
) -> None:
    tests = "".join(f"def test_{n}():\n    assert True\n" for n in range(3))
    plugin = COUNTS_ON_ITS_PROTOCOL.replace("{hook}", HOOKS[hook])
    got = watch({"plug.py": plugin, "test_a.py": tests}, "-p", "plug", *extra)
    assert "3 passed" in got.output
    _all_green(got)


FORKS = """
import json, os, pytest
from _pytest.runner import runtestprotocol
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    reader, writer = os.pipe()
    pid, hook = os.fork(), item.config.hook
    if not pid:
        reports = runtestprotocol(item, log=False, nextitem=None)
        said = [hook.pytest_report_to_serializable(config=item.config, report=report) for report in reports]
        os.write(writer, json.dumps(said).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader, "rb") as told:
        for data in json.loads(told.read()):
            report = hook.pytest_report_from_serializable(config=item.config, data=data)
            item.ihook.pytest_runtest_logreport(report=report)
    return True
"""


@pytest.mark.parametrize("extra", [(), ("-n2",)])
def test_tests_that_a_plug_in_forks_are_seen(watch: Watch, extra: tuple[str, ...]) -> None:
    tests = "def test_a():\n    assert True\ndef test_b():\n    assert 1 == 2\n"
    got = watch({"conftest.py": FORKS, "test_a.py": tests}, *extra)
    assert got.seen.outcomes == {"test_a.py::test_a": Fate.PASSED, "test_a.py::test_b": Fate.FAILED}, got.output
    assert (got.code, got.seen.tampered, got.seen.doubts) == (1, "", frozenset())
