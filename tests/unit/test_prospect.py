"""What no work could turn is told from what a change may still bring; in doubt a ticket is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from factory.gate.criteria import light
from factory.gate.observe import Observation
from factory.gate.prospect import MayTouch, Prospect, of_check, of_scope
from factory.gate.sides import Sides
from factory.gate.trial import Ran
from factory.gate.waiting import together
from factory.model import Criterion, Fate, Light, PlanCriterion, Terms

MAIN = {
    "src/shop.py": "def add(a, b):\n    return a\n", "tests/test_a.py": "def test_a():\n    assert add(1, 2) == 3\n",
    "tools/check.sh": "ruff check .\n", "README.md": "# Shop\n", "ssot/factory.toml": "",
}  # fmt: skip
TEST = "python -m pytest -q tests/test_a.py"


def ran(check: str, code: int, said: str = "", tests: int | None = None) -> Ran:
    seen = Observation()
    if tests is not None:
        out = {f"tests/test_a.py::test_{n}": Fate.PASSED for n in range(tests)}
        seen = replace(seen, outcomes=out, collected=tests, sessions=1, finished=True)
    return Ran(command=check, code=code, timed_out=False, seconds=0.1, seen=seen, output=said)


def scope(*modify: str, **terms: tuple[str, ...]) -> MayTouch:
    told = Terms.model_validate({"modify": modify, **terms})
    return MayTouch(told, ("ssot/**",), Sides(("src/**",), told, ("ssot/**",)), MAIN)


def ahead(check: str, code: int, said: str = "", tests: int | None = None, modify: tuple[str, ...] = ()) -> Prospect:
    found = ran(check, code, said, tests)
    return of_check(PlanCriterion(id="AC-1", text="", check=check), found, scope(*modify), lambda p: MAIN.get(p, ""))


def absent(what: str) -> str:
    return f"\nERROR: not found: /room/{what}\n(no match in any of [<Module test_a.py>])\n"


GREEN = {"code": 0, "tests": 1}
EMPTY = {"code": 5, "tests": 0}
SRC = ("src/**",)


@pytest.mark.parametrize(
    ("check", "main", "modify", "why"),
    [
        (TEST, GREEN, SRC, "VACUOUS: AC-1 is green on main before any work"),
        (TEST, GREEN, ("src/shop.py",), "VACUOUS: AC-1 is green on main before any work"),
        ("true", {"code": 0}, (), "VACUOUS: AC-1 is green on main before any work"),
        ("grep -q Shop README.md", {"code": 0}, ("README.md",), "VACUOUS: AC-1 is green on main before any work"),
        ("sh tools/check.sh", {"code": 0}, ("src/shop.py",), "VACUOUS: AC-1 is green on main before any work"),
        (f"{TEST} -k new", EMPTY, SRC, "PATH: AC-1 selects no test on main (exit code 5), and the ticket may not"),
        (f"{TEST}::test_new", {"code": 4, "said": absent("tests/test_a.py::test_new"), "tests": 0}, SRC, "PATH: AC-1 asks tests/test_a.py::test_new, which main does not have"),
        ("pytest tests/test_b.py", {"code": 4, "said": absent("tests/test_b.py"), "tests": 0}, SRC, "PATH: AC-1 asks tests/test_b.py"),
        ("ruff check .", {"code": 127, "said": "/bin/sh: 1: ruff: not found\n"}, (), "ENVIRONMENT: AC-1 could not run on main (exit code 127): there is no program ruff"),
        ("ruff check .", {"code": 127, "said": "/bin/sh: line 1: ruff: command not found\n"}, SRC, "ENVIRONMENT: AC-1"),
        (".venv/bin/python -m pytest -q", {"code": 127, "said": "/bin/sh: 1: .venv/bin/python: not found\n"}, (), "ENVIRONMENT: AC-1 could not run on main (exit code 127): `.venv/bin/python` is in no room, where that environment comes first in PATH: write `python`"),
        ("cd a && ../venv/bin/x; ./venv/bin/pytest", {"code": 127, "said": "/bin/sh: 1: ./venv/bin/pytest: not found\n"}, SRC, "ENVIRONMENT: AC-1"),
    ],
)  # fmt: skip
def test_what_no_work_could_turn_is_hopeless(
    check: str, main: Mapping[str, object], modify: tuple[str, ...], why: str
) -> None:
    found = ahead(check, modify=modify, **main)  # type: ignore[arg-type]
    assert found.hopeless is not None
    assert ": ".join(found.hopeless).startswith(why)
    assert f"`{check}`" in found.hopeless[1]


@pytest.mark.parametrize(
    ("check", "main", "modify", "told"),
    [
        (TEST, GREEN, (), "AC-1 is green on main already"),
        (TEST, GREEN, ("src/**", "tests/**"), "AC-1 is green on main already"),
        (TEST, GREEN, ("**/*.py",), "AC-1 is green on main already"),
        ("python -m pytest -q", GREEN, SRC, "AC-1 is green on main already"),  # src/test_new.py would be asked
        ("make test", {"code": 0}, SRC, "AC-1 is green on main already"),
        ("sh tools/check.sh", {"code": 0}, ("tests/**",), "AC-1 is green on main already"),  # it may ask all tests
        ("cd back && python -m pytest tests", GREEN, ("back/**",), "AC-1 is green on main already"),
        (f"{TEST} -k new", EMPTY, ("tests/test_a.py",), "AC-1 selects no test on main"),
        ("pytest tests/test_b.py", {"code": 4, "said": absent("tests/test_b.py"), "tests": 0}, (), "AC-1 asks tests/test_b.py"),
        ("cd back && pytest tests/t.py", {"code": 4, "said": absent("back/tests/t.py"), "tests": 0}, ("back/**",), "AC-1 asks"),
        ("./verify.sh", {"code": 127, "said": "/bin/sh: 1: ./verify.sh: not found\n"}, (), "AC-1 could not run on main"),
        ("sh tools/check.sh", {"code": 127, "said": "tools/check.sh: 1: ruff: not found\n"}, SRC, "AC-1 could not run"),
        ("ruff .; ./gen", {"code": 127, "said": "/bin/sh: 1: ruff: not found\n"}, SRC, "AC-1 could not run on main"),
    ],
)  # fmt: skip
def test_what_a_change_may_still_bring_is_told_to_its_worker(
    check: str, main: Mapping[str, object], modify: tuple[str, ...], told: str
) -> None:
    found = ahead(check, modify=modify, **main)  # type: ignore[arg-type]
    assert found.hopeless is None
    assert [line[: len(told)] for line in found.told] == [told]


@pytest.mark.parametrize(
    ("check", "main"),
    [
        (TEST, {"code": 1, "tests": 1}),
        ("grep -q right new.txt", {"code": 1}),
        (f"{TEST}::test_a[3]", {"code": 4, "said": absent("tests/test_a.py::test_a[3]"), "tests": 0}),  # cases may come
        (f"{TEST}::test_a", {"code": 4, "said": absent("tests/test_a.py::test_a"), "tests": 0}),  # the import fails on main
        ("pytest --nonsense tests/test_b.py", {"code": 4, "said": "ERROR: usage: pytest", "tests": 0}),
    ],
)  # fmt: skip
def test_what_is_red_on_main_as_it_should_be_is_not_spoken_of(check: str, main: Mapping[str, object]) -> None:
    assert ahead(check, modify=SRC, **main) == Prospect()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("modify", "hopeless", "told"),
    [
        ((), False, []),
        (("src/**", "new.md", "src/new.py", "docs/"), False, ["docs/"]),
        (("scr/**", "scr/shop.py"), False, ["scr/**", "scr/shop.py"]),
        (("ssot/factory.toml", "ssot/plans/**"), True, []),
        (("ssot/**", "src/shop.py"), False, []),
    ],
)
def test_a_scope_that_opens_nothing_is_hopeless_and_one_that_names_nothing_is_told(
    modify: tuple[str, ...], hopeless: bool, told: list[str]
) -> None:
    found = of_scope(scope(*modify))
    assert bool(found.hopeless) is hopeless
    assert [line.split()[2].rstrip(",") for line in found.told] == told


def test_terms_that_stayed_from_another_ticket_are_told() -> None:
    assert "no check names: is it its own?" in of_scope(scope("HELLO.md"), [TEST]).told[0]
    assert of_scope(scope("HELLO.md"), ["grep -qi hello HELLO.md"]) == Prospect()
    assert of_scope(scope("HELLO.md", "src/shop.py"), [TEST]) == Prospect()


def test_a_scope_that_is_readonly_or_hidden_opens_nothing() -> None:
    assert of_scope(scope("src/**", readonly=("src/**",))).hopeless
    assert of_scope(scope("src/shop.py", hidden=("src/shop.py",))).hopeless


@pytest.mark.parametrize(
    ("mine", "other", "said"),
    [
        (TEST, "pytest ./tests/test_a.py", "AC-2 of D-2 asks the whole of tests/test_a.py, too"),
        (TEST, f"{TEST}::test_b", ""),
        (f"{TEST}::test_a", TEST, ""),
        (TEST, f"{TEST} -k b", ""),
        ("pytest tests/test_new.py", "pytest tests/test_new.py", ""),
        ("python tests/test_a.py", "python tests/test_a.py", ""),
    ],
)
def test_two_tickets_that_ask_one_whole_file_are_told_of_each_other(mine: str, other: str, said: str) -> None:
    rows = [
        Criterion(id="AC-1", ticket="D-1", text="", check=mine),
        Criterion(id="AC-2", ticket="D-2", text="", check=other),
        Criterion(id="AC-3", ticket="D-1", text="", check=mine),
    ]
    found = together(PlanCriterion(id="AC-1", text="", check=mine), rows, lambda p: MAIN.get(p, "").encode() or None)
    assert found.startswith(said)
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("check", "brings"),
    [
        ("./verify.sh", "verify.sh"), ("cd back && ./verify", "back/verify"), ("timeout 9 ./verify", "verify"),
        ("FOO=1 tools/run --all", "tools/run"), ("sh -c './verify'", "verify"),
    ],
)  # fmt: skip
def test_a_program_that_the_change_brings_is_red_before_it_however_it_is_started(check: str, brings: str) -> None:
    assert light(ran(check, 127), {brings}) is Light.RED
    assert light(ran(check, 126), {brings}) is Light.RED
    assert light(ran(check, 127), {"src/shop.py"}) is Light.COULD_NOT_RUN
