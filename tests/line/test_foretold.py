"""A criterion whose tests expect nothing that can be altered is told of before anybody is paid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factory.gate.altered import SAYS_LITTLE, mute
from tests.line.conftest import Shop, criteria
from tests.line.test_goals_of_others import lay
from tests.line.test_honest_shapes import RIGHT, WRONG

Make = Callable[..., Shop]
VALUE = "def test_value():\n    assert add(2, 3) == 5\n"
NO_ERROR = "def test_runs():\n    add(2, '3')\n"
BOTH = f"from shop import add\n\n\n{VALUE}\n\n{NO_ERROR}"


@pytest.mark.parametrize(
    ("check", "source", "said"),
    [
        ("python -m pytest -q tests/t.py", VALUE, []),
        ("python -m pytest -q tests/t.py", NO_ERROR, ["tests/t.py"]),
        ("python -m pytest -q ./tests/t.py::test_runs", BOTH, ["./tests/t.py::test_runs"]),
        ("python -m pytest -q tests/t.py::test_value", BOTH, []),
        ("python -m pytest -q tests/t.py", BOTH, []),
        ("python -m pytest -q tests/t.py::test_not_there_yet", BOTH, []),
        ("python -m pytest -q tests/t.py", "class TestA:\n    def test_a(self):\n        add(1, '2')\n", ["tests/t.py"]),
        ("python -m pytest -q tests/t.py::TestA", "class TestA:\n    def test_a(self):\n        add(1, '2')\n", ["tests/t.py::TestA"]),
        ("python -m pytest -q tests/other.py", NO_ERROR, []),
        ("python tests/t.py", "def test_broken(:\n", []),
        ("python tests/t.py", "print('no test')\n", []),
        ("make test", NO_ERROR, []),
    ],
)  # fmt: skip
def test_what_can_say_little_is_named(check: str, source: str, said: list[str]) -> None:
    assert mute(check, {"tests/t.py": source.encode()}.get) == said


def test_dry_and_the_run_tell_it_before_the_worker(make: Make) -> None:
    shop = make(
        "D-1 One", worker=lay({"shop/__init__.py": RIGHT.replace("a + b", "a + int(b)")}),
        ledger=criteria("D-1", check="python -m pytest -q tests/test_x.py"),
        files={"shop/__init__.py": WRONG, "tests/test_x.py": f"from shop import add\n\n\n{NO_ERROR}"},
    )  # fmt: skip
    told = f"tests/test_x.py {SAYS_LITTLE}"
    assert told in shop.run("dry").out
    assert shop.run("dry", "--json").json["tickets"][0]["mute"] == ["tests/test_x.py"]
    out = shop.run("run").out
    assert -1 < out.find(told) < out.find("works")
