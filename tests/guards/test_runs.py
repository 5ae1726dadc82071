"""Which files a command runs, and that a change leaves alone what the gate runs."""

from __future__ import annotations

import pytest

from factory.tree import MemoryTree
from guards.runs import holds, judges, scripts
from tests.guards.cases import GONE, by_hand, changed, said

TREE = MemoryTree(
    dict.fromkeys(
        (
            "tools/check.sh",
            "tools/price.sh",
            "run_tests.py",
            "shop/__main__.py",
            "src/shop/verify.py",
            "Makefile",
            "a b",
        ),
        "",
    )
).entries()


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("sh tools/check.sh", ("tools/check.sh",)),
        ("./tools/check.sh --fast", ("tools/check.sh",)),
        ("bash -e tools/check.sh && python3 run_tests.py", ("tools/check.sh", "run_tests.py")),
        ("env A=1 timeout=3 sh tools/check.sh | tee log", ("tools/check.sh",)),
        ('test "$(sh tools/price.sh 100)" = 1.00', ("tools/price.sh",)),
        ("python -m shop && python -m shop.verify", ("shop/__main__.py", "src/shop/verify.py")),
        ("make check", ("Makefile",)),
        ("python -m pytest -q run_tests.py", ()),
        ("cat tools/check.sh", ()),
        ("ruff check run_tests.py", ()),
        ("python -c 'import shop'", ()),
        ("", ()),
    ],
)
def test_what_a_command_starts_is_found(command: str, files: tuple[str, ...]) -> None:
    assert scripts(command, TREE) == files


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("sh tools/check.sh", ("tools/check.sh",)),
        ("sh tools/price.sh 100", ()),
        ("make test", ("Makefile",)),
        ("make docs", ()),
        ("python -m shop.verify", ("src/shop/verify.py",)),
    ],
)
def test_what_judges_is_known_by_its_name(command: str, files: tuple[str, ...]) -> None:
    assert judges(command, TREE) == files


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("sh tools/price.sh 100", ("tools/price.sh",)),
        ("make docs", ("Makefile",)),
        ("python run_tests.py", ("run_tests.py",)),
        ("python -m shop.verify", ("src/shop/verify.py",)),
        ("python -m shop --help", ()),
    ],
)
def test_the_product_that_a_tier_starts_is_not_held(command: str, files: tuple[str, ...]) -> None:
    assert holds(command, TREE) == files


def gate(command: str) -> dict[str, str]:
    return {"ssot/factory.toml": f'[gate]\nregression = ["{command}"]\n', "tools/go.sh": "x", "Makefile": "x"}


@pytest.mark.parametrize(
    ("command", "path"), [("sh tools/go.sh", "tools/go.sh"), ("make", "Makefile"), ("./tools/go.sh", "tools/go.sh")]
)
def test_a_change_leaves_alone_what_the_gate_runs(command: str, path: str) -> None:
    for content in ("exit 0", GONE):
        assert "is run by the gate" in said(changed(gate(command), {path: content}), "protected")[0]


def test_a_ticket_may_mend_the_program_that_a_tier_starts() -> None:
    before = {"ssot/factory.toml": '[gate]\ndoctor = ["python -m shop --help"]\n', "shop/__main__.py": "x"}
    assert said(changed(before, {"shop/__main__.py": "y"}), "protected") == []


def test_what_the_gate_does_not_run_is_open_and_so_are_test_files() -> None:
    assert said(changed(gate("python -m pytest"), {"Makefile": "y", "tools/go.sh": "y"}), "protected") == []
    before = {**gate("python tests/test_a.py"), "tests/test_a.py": "x"}
    assert said(changed(before, {"tests/test_a.py": "y"}), "protected") == []
    assert said(by_hand(gate("make")), "protected") == []


@pytest.mark.parametrize("command", ["npm test", "yarn run check"])
def test_of_package_json_only_the_scripts_are_the_gates(command: str) -> None:
    before = {**gate(command), "package.json": '{"scripts": {"test": "jest"}}'}
    other = {"package.json": '{"scripts": {"test": "true"}}'}
    assert "its scripts are run by the gate" in said(changed(before, other), "protected")[0]
    more = {"package.json": '{"scripts": {"test": "jest"}, "dependencies": {"a": "1"}}'}
    assert said(changed(before, more), "protected") == []
    assert said(changed({**before, **gate("python -m pytest")}, other), "protected") == []
