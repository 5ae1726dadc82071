"""Right changes of shapes that real projects have: each was refused once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import SETTINGS, Shop, criteria
from tests.line.test_goals_of_others import lay

Make = Callable[..., Shop]
WRONG, RIGHT = "def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"
TEST = "from {0} import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"
NOW = {"tests/test_now.py": "import shop\n\n\ndef test_now():\n    assert shop\n"}
WEAK = """import unittest

import shop


class Found(unittest.TestCase):
    def test_found(self):
        found = shop.found()
        self.assertIsNotNone(found)
        self.assertFalse(found)
"""
EXACT = WEAK.replace("IsNotNone(found)", "Is(found, False)").replace("        self.assertFalse(found)\n", "")
EXCUSED = "import pytest\n\nfrom shop import add\n\n\n@pytest.mark.{0}\ndef test_add():\n    assert add(2, 3) == 5\n"
IN_A_SET = """import pytest

import shop


class Case:
    pass


@pytest.mark.parametrize("case, name", {(Case(), letter) for letter in "abcdefghij"})
def test_each(case, name):
    assert shop.add(0, 0) == 0
"""
SHAPES = {
    "a second package beside the one that main has": (
        {"shop/__init__.py": ""}, {"bills/__init__.py": RIGHT, "tests/test_x.py": TEST.format("bills")},
    ),
    "a new module at the root, beside a package": (
        {"shop/__init__.py": ""}, {"app.py": "import shop\n\n\n" + RIGHT, "tests/test_x.py": TEST.format("app")},
    ),
    "a module at the root that tests import, beside a package": (
        {"shop/__init__.py": "", "app.py": "import shop\n\n\n" + WRONG, "tests/test_app.py": "import app\n\n\ndef test_app():\n    assert app\n"},
        {"app.py": "import shop\n\n\n" + RIGHT, "tests/test_x.py": TEST.format("app")},
    ),
    "parameters from a set, which come in the order of their addresses": (
        {"shop/__init__.py": WRONG, "tests/test_set.py": IN_A_SET},
        {"shop/__init__.py": RIGHT, "tests/test_x.py": TEST.format("shop")},
    ),
    "an expected failure that is none any more": (
        {"shop/__init__.py": WRONG, "tests/test_x.py": EXCUSED.format("xfail(strict=True)")},
        {"shop/__init__.py": RIGHT, "tests/test_x.py": TEST.format("shop")},
    ),
    "a skip that is taken off": (
        {"shop/__init__.py": WRONG, "tests/test_x.py": EXCUSED.format("skip(reason='later')")},
        {"shop/__init__.py": RIGHT, "tests/test_x.py": TEST.format("shop")},
    ),
    "two weak assertions that became an exact one": (
        {"shop/__init__.py": WRONG + "\n\ndef found():\n    return False\n", "tests/test_found.py": WEAK},
        {"shop/__init__.py": RIGHT + "\n\ndef found():\n    return False\n", "tests/test_found.py": EXACT, "tests/test_x.py": TEST.format("shop")},
    ),
}  # fmt: skip


def shop_of(make: Make, main: dict[str, str], change: dict[str, str], check: str) -> Shop:
    """A shop whose tier is pytest itself, and one ticket."""
    settings = SETTINGS.replace("sh tools/regression.sh", "python -m pytest -q")
    ledger = criteria("D-1", check=f"python -m pytest -q {check}")
    return make("D-1 One", worker=lay(change), ledger=ledger, files={**NOW, **main}, settings=settings)


def test_a_check_over_parameters_from_a_set_is_asked_by_how_many_there_are(make: Make) -> None:
    waits = "\n\ndef test_add():\n    assert shop.add(2, 3) == 5\n"
    main = {"shop/__init__.py": WRONG, "tests/test_set.py": IN_A_SET + waits}
    again = IN_A_SET + waits + "\n\ndef test_again():\n    assert shop.add(3, 3) == 6\n"
    change = {"shop/__init__.py": RIGHT, "tests/test_set.py": again}
    done = shop_of(make, main, change, "tests/test_set.py").run("run")
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize("shape", SHAPES)
def test_a_right_change_is_stamped(shape: str, make: Make) -> None:
    main, change = SHAPES[shape]
    done = shop_of(make, main, change, "tests/test_x.py").run("run")
    assert done.code == 0, done.out + done.err


def test_with_the_excuse_the_goal_must_not_go(make: Make) -> None:
    main = {"shop/__init__.py": WRONG, "tests/test_x.py": EXCUSED.format("skip(reason='later')")}
    change = {"shop/__init__.py": WRONG + "# -1\n", "tests/test_x.py": TEST.format("shop").replace("== 5", "== -1")}
    shop = make(
        "D-1 One",
        worker=lay(change),
        ledger=criteria("D-1", check="python -m pytest -q tests/test_x.py"),
        files={**NOW, **main},
    )
    assert shop.run("run").code == 1


def test_words_alone_make_no_strict_expected_failure(make: Make) -> None:
    """The product says what pytest says of one, where main's own test is red."""
    old = "import shop\n\n\ndef test_old():\n    assert shop.old() == 1\n"
    new = old.replace("old() == 1", "now() == 1")
    main = {"shop/__init__.py": WRONG + "\n\ndef old():\n    return 1\n", "tests/test_old.py": old}
    says = RIGHT + "\n\ndef old():\n    raise ValueError('[XPASS(strict)]')\n\n\ndef now():\n    return 1\n"
    change = {"shop/__init__.py": says, "tests/test_old.py": new, "tests/test_x.py": TEST.format("shop")}
    shop = shop_of(make, main, change, "tests/test_x.py")
    assert shop.run("run").code == 1
    assert "the change contradicts what main expects" in shop.run("log", "D-1").out


def test_a_main_without_a_test_is_told_so_with_what_to_do(make: Make) -> None:
    settings = SETTINGS.replace('doctor = ["true"]', 'doctor = ["python -m pytest --collect-only -q"]')
    shop = make("D-1 One", worker="true\n", files={"shop/__init__.py": RIGHT}, settings=settings)
    done = shop.run("run")
    assert (
        "on main finds no test (exit code 5): write a first one, or name what runs the tests under [gate]" in done.err
    )


def test_a_date_that_passes_between_two_looks_at_main_is_held_against_nobody(make: Make, tmp_path: Path) -> None:
    """A test of main that was green when main was asked is red now, whatever the change: a folder is the calendar."""
    calendar = tmp_path / "calendar"
    calendar.mkdir(mode=0o755)
    due = f"import os\n\n\ndef test_due():\n    assert not os.listdir({str(calendar)!r})\n"
    files = {"shop/__init__.py": WRONG, "tests/test_due.py": due, "tests/test_x.py": TEST.format("shop")}
    settings = SETTINGS.replace('["sh tools/regression.sh"]', '["python -m pytest -q"]')
    shop = make(
        "D-1 One", worker=f"cat > shop/__init__.py <<'E'\n{RIGHT}E\n", files=files,
        ledger=criteria("D-1", check="python -m pytest -q tests/test_x.py"),
        settings=f'{settings}\n[sandbox]\nread = ["{calendar}"]\n',
    )  # fmt: skip
    assert shop.run("regression").code == 0  # main is asked, and what it said is kept
    (calendar / "2026-11-28").touch()
    done = shop.run("run")
    assert done.code == 0, done
    assert json.loads(shop.read(".factory/result.json", "main^2"))["tests"]["known_red"] == 1
