"""No way of painting a failing test green gets past the observer."""

from __future__ import annotations

import pytest

from factory.model import Conclusion, Fate, Triage
from tests.observe.cheats import BY_RAISES, CODE_0, FEWER, WRONG, WRONG_RAISES
from tests.observe.conftest import Watch

NODE = "test_wrong.py::test_wrong"
BASE = {NODE: Fate.PASSED}


@pytest.mark.parametrize("name", CODE_0)
def test_a_cheat_is_never_green(watch: Watch, name: str) -> None:
    got = watch({"test_a.py": CODE_0[name], "test_wrong.py": WRONG})
    assert got.code == 0, f"it would not even fool an exit code:\n{got.output}"
    assert got.against(BASE).answer is not Conclusion.PASS, got
    assert got.against().answer is not Conclusion.PASS, got


@pytest.mark.parametrize("name", BY_RAISES)
def test_a_cheat_with_raises_is_never_green(watch: Watch, name: str) -> None:
    got = watch({"test_a.py": BY_RAISES[name], "test_wrong.py": WRONG_RAISES})
    assert got.code == 0, f"it would not even fool an exit code:\n{got.output}"
    assert got.against().triage is Triage.TAMPER, got


@pytest.mark.parametrize("name", FEWER)
def test_a_test_that_disappears_is_missed(watch: Watch, name: str) -> None:
    got = watch({"test_a.py": FEWER[name], "test_wrong.py": WRONG})
    assert got.code == 0, f"it would not even fool an exit code:\n{got.output}"
    assert got.against(BASE).answer is Conclusion.FAIL, got


IN_A_WORKER = (
    "call_and_report calls all green",
    "from_item_and_call, for one test",
    "from_call swallows",
    "the rewriter drops one file's assertions",
    "an innermost hook swallows the exception",
    "a report hook paints it green",
    "every hook call swallows",
    "setup-only is switched on",
)


@pytest.mark.parametrize("name", IN_A_WORKER)
def test_a_cheat_in_an_xdist_worker_is_never_green(watch: Watch, name: str) -> None:
    got = watch({"test_a.py": CODE_0[name], "test_wrong.py": WRONG}, "-n2")
    assert got.against(BASE).answer is not Conclusion.PASS, got
    assert got.against().answer is not Conclusion.PASS, got


def test_pytest_exit_while_collecting_is_not_green(watch: Watch) -> None:
    got = watch({"test_a.py": "import pytest\npytest.exit('done', returncode=0)\n"})
    assert got.against().answer is not Conclusion.PASS


def test_no_tests_at_all_could_not_run(watch: Watch) -> None:
    got = watch({"test_a.py": "x = 1\n"})
    assert (got.code, got.seen.collected, got.seen.finished) == (5, 0, True)
    assert got.against().answer is Conclusion.COULD_NOT_RUN


def test_a_conftest_that_ends_the_process_before_the_session_is_not_silence(watch: Watch) -> None:
    got = watch({"conftest.py": "import os\nos._exit(0)\n", "test_a.py": "def test_a(): pass\n"})
    assert (got.code, got.seen.sessions, got.seen.finished) == (0, 1, False)


def test_a_command_that_hides_a_failure_shows(watch: Watch) -> None:
    got = watch({"test_a.py": WRONG}, argv=("sh", "-c", "python3 -m pytest -q || true"))
    assert got.seen.sessions <= 1
    assert got.against().answer is not Conclusion.PASS


def test_the_key_is_not_in_the_environment_nor_in_module_globals(watch: Watch) -> None:
    got = watch(
        {
            "test_a.py": """
import os, sys
def test_a():
    assert not [name for name in os.environ if name.startswith(("STAMPMILL", "PYTEST_PL", "PYTHONPATH"))]
    ours = [m for n, m in sys.modules.items() if n.startswith("observer_")]
    assert ours
    for module in ours:
        assert not [v for v in vars(module).values() if isinstance(v, (bytes, dict)) and "key" in str(v)[:9]]
"""
        },
    )
    assert got.against().answer is Conclusion.PASS, got.output
