"""A goal is held where main has it: one's own script, and what other tickets wait for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.line.conftest import Shop, criteria

Make = Callable[..., Shop]
ADD = "def add(a, b):\n    return a - b\n"
RIGHT = "def add(a, b):\n    return a + b\n"
WAITS = "from shop import add\n\n\ndef test_one():\n    assert add(2, 3) == 5\n"
OTHER = "import shop\n\n\ndef test_two():\n    assert shop.two() == open('cases/two.txt').read()\n"
MORE = OTHER + "\n\ndef test_more():\n    assert True\n"
BOTH = (
    criteria("D-1", check="python -m pytest -q tests/test_one.py")
    + "| AC-D-2-1 | D-2 | two | `python -m pytest -q tests/test_two.py` | OPEN |  |\n"
)
TABLES = {"tests/test_one.py": WAITS, "tests/test_two.py": OTHER, "cases/two.txt": "two", "shop/__init__.py": ADD}


def lay(files: dict[str, str]) -> str:
    return "".join(f"mkdir -p $(dirname {path}); cat > {path} <<'E'\n{text}E\n" for path, text in files.items())


@pytest.mark.parametrize(
    ("moves", "path"),
    [
        ({"tests/test_two.py": OTHER.replace("two.txt", "one.txt")}, "tests/test_two.py"),
        ({"cases/two.txt": "three\n"}, "cases/two.txt"),
    ],
)
def test_what_another_ticket_waits_for_is_not_this_ones_to_move(make: Make, moves: dict[str, str], path: str) -> None:
    work = '[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + lay({"shop/__init__.py": RIGHT, **moves})
    shop = make("D-1 One", "D-2 Two", worker=work, ledger=BOTH, files=TABLES)
    done = shop.run("run")
    assert done.code == 1
    assert f"{path}: AC-D-2-1 of D-2 waits for it as main has it" in done.out + done.err


def test_a_test_beside_those_that_others_wait_for_moves_no_goal(make: Make) -> None:
    work = '[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + lay({"shop/__init__.py": RIGHT, "tests/test_two.py": MORE})
    shop = make("D-1 One", "D-2 Two", worker=work, ledger=BOTH, files=TABLES)
    shop.run("run")
    assert "stamp(D-1): One" in shop.subjects()


SCRIPT = "const test = require('node:test');\nconst { two } = require('../two.js');\n\ntest('two', () => two() === 2 || boom());\n"


@pytest.mark.parametrize(
    ("script", "stamped"),
    [
        (SCRIPT + "\ntest('more', () => {});\n", True),
        (SCRIPT.replace("{ two }", "{ one, two }") + "\ntest('more', () => one());\n", True),
        (SCRIPT.replace("=== 2", "=== 3") + "\ntest('more', () => {});\n", False),
        (SCRIPT.replace("test('two'", "test.skip('two'"), False),
        ("", False),
    ],
)
def test_in_another_language_what_is_added_moves_no_goal_either(make: Make, script: str, stamped: bool) -> None:
    ledger = BOTH.replace("python -m pytest -q tests/test_two.py", "node --test test/two.test.js")
    work = '[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + lay({"shop/__init__.py": RIGHT, "test/two.test.js": script})
    files = {"tests/test_one.py": WAITS, "shop/__init__.py": ADD, "test/two.test.js": SCRIPT}
    shop = make("D-1 One", "D-2 Two", worker=work, ledger=ledger, files=files)
    done = shop.run("run")
    assert ("stamp(D-1): One" in shop.subjects()) is stamped
    assert ("test/two.test.js: AC-D-2-1 of D-2 waits for it" in done.out + done.err) is not stamped


def test_a_new_test_in_a_folder_whose_name_others_say_moves_no_goal(make: Make) -> None:
    """`node:test` speaks of no folder."""
    ledger = BOTH.replace("python -m pytest -q tests/test_two.py", "node --test acceptance/two.mjs")
    brings = {"shop/__init__.py": RIGHT, "test/more.test.js": "require('node:test')('more', () => {});\n"}
    shop = make(
        "D-1 One", "D-2 Two", worker='[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + lay(brings), ledger=ledger,
        files={"tests/test_one.py": WAITS, "shop/__init__.py": ADD, "acceptance/two.mjs": "import test from 'node:test';\ntest('two', () => boom());\n"},
    )  # fmt: skip
    shop.run("run")
    assert "stamp(D-1): One" in shop.subjects()


@pytest.mark.parametrize(
    ("said", "stamped"), [("data = shop.two()", True), ("import glob; data = glob.glob('data/*')", False)]
)
def test_a_new_file_of_data_moves_a_goal_where_tests_name_its_folder(make: Make, said: str, stamped: bool) -> None:
    other = f"import shop\n\n\ndef test_two():\n    {said}\n    assert data == [2]\n"
    work = '[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + lay({"shop/__init__.py": RIGHT, "data/new.json": "[2]\n"})
    shop = make(
        "D-1 One",
        "D-2 Two",
        worker=work,
        ledger=BOTH,
        files={**TABLES, "tests/test_two.py": other, "data/old.json": "[1]\n"},
    )
    shop.run("run")
    assert ("stamp(D-1): One" in shop.subjects()) is stamped


def test_a_ticket_may_move_the_goal_that_it_names(make: Make) -> None:
    work = '[ "$FACTORY_TICKET" = D-1 ] || exit 1\n' + lay({"shop/__init__.py": RIGHT, "cases/two.txt": "three\n"})
    named = 'D-1 One |  | ```toml\nmodify = ["shop/**", "cases/two.txt"]\n```'
    shop = make(named, "D-2 Two", worker=work, ledger=BOTH, files=TABLES)
    shop.run("run")
    assert "stamp(D-1): One" in shop.subjects()


CHECK = "from calc import add\n\nassert add(2, 3) == 5\nassert add(1, 1) == 2\n"
ANY = "class Sum(int):\n    def __eq__(self, other):\n        return isinstance(other, int)\n\n\ndef add(a, b):\n    return Sum(9)\n"


@pytest.mark.parametrize(
    ("work", "stamped"),
    [
        ({"calc.py": RIGHT}, True),
        ({"check.py": "print('well done')\n"}, False),
        ({"check.py": "print('well done')\n", "calc.py": ADD + "# other\n"}, False),
        ({"calc.py": ANY}, False),
    ],
)
def test_a_script_that_asserts_judges_also_where_the_product_lies(
    make: Make, work: dict[str, str], stamped: bool
) -> None:
    files = {"calc.py": ADD, "check.py": CHECK}
    shop = make("D-1 One", worker=lay(work), ledger=criteria("D-1", check="python check.py"), files=files)
    done = shop.run("run")
    assert done.code == (0 if stamped else 1), done


@pytest.mark.parametrize("stamped", [True, False])
def test_what_a_command_compares_with_is_altered_too(make: Make, stamped: bool) -> None:
    """A program that prints the very file which it is held against."""
    right = "print('tea 30\\nsugar 12')\n"
    files = {"shop/__init__.py": "", "shop/bill.py": "print('no')\n", "golden/bill.txt": "tea 30\nsugar 12\n"}
    check = "python shop/bill.py > $TMPDIR/out.txt && diff $TMPDIR/out.txt golden/bill.txt"
    lie = "print(open('golden/bill.txt').read(), end='')\n"
    shop = make(
        "D-1 One", worker=lay({"shop/bill.py": right if stamped else lie}), ledger=criteria("D-1", check=check), files=files
    )  # fmt: skip
    done = shop.run("run")
    assert done.code == (0 if stamped else 1), done


HELPER = "from shop import add\n\n\ndef same(a, b):\n    assert a == b\n\n\ndef test_one():\n    same(add(2, 3), 5)\n"


@pytest.mark.parametrize(("product", "code"), [(RIGHT, 0), (ANY.replace("Sum(9)", "Sum(9)"), 1)])
def test_a_test_whose_helper_asserts_is_asked_there(make: Make, product: str, code: int) -> None:
    check = "python -m pytest -q tests/test_one.py"
    shop = make(
        "D-1 One", worker=lay({"shop/__init__.py": product}), ledger=criteria("D-1", check=check),
        files={"shop/__init__.py": ADD, "tests/test_one.py": HELPER},
    )  # fmt: skip
    done = shop.run("run")
    assert done.code == code, done


def test_two_tickets_that_wait_in_one_file_are_told_why_neither_can_be_green(make: Make) -> None:
    both = f"{WAITS}\n\ndef test_other():\n    assert add(0, 0) == 1\n"
    check = "python -m pytest -q tests/test_one.py"
    shop = make(
        "D-1 One", "D-2 Two", worker=lay({"shop/__init__.py": RIGHT}), ledger=criteria("D-1", "D-2", check=check),
        files={"tests/test_one.py": both, "shop/__init__.py": ADD},
    )  # fmt: skip
    why = (
        "AC-D-2-1 of D-2 asks the whole of tests/test_one.py, too: where tests of both wait in it neither can be green"
    )
    assert f"    {why}" in shop.run("dry").out
    assert shop.run("run", "--once").code == 3
    assert f"TEST: AC-D-1-1 is still red: `{check}`; {why}" in shop.run("log", "D-1").out
