"""What runs a repository's tests is read off its files: in its own language, and with what lets a test wait."""

from __future__ import annotations

import json

import pytest

from factory.operator.runners import NETWORK, NO_TESTS, UNNAMED, Runner, runner
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings

CTEST = "cmake -S . -B /tmp/b && cmake --build /tmp/b -j 4 && ctest --test-dir /tmp/b --output-junit $PWD/report.xml"
MESON = "meson setup gate-build && meson test -C gate-build"
NODE = "node --test --test-reporter=junit --test-reporter-destination=report.xml"


def found(files: dict[str, str]) -> Runner:
    return runner(files, files.__getitem__)


def settings(files: dict[str, str]) -> Settings:
    return read_settings(f"[gate]\n{found(files).lines}\n".encode())


def package(test: str = "", **more: object) -> str:
    return json.dumps({"name": "x", "scripts": {"test": test} if test else {}, **more})


@pytest.mark.parametrize(
    ("files", "runs", "junit"),
    [
        ({"tests/test_a.py": "", "pyproject.toml": "", "package.json": package("jest")}, "python -m pytest -q", ""),
        ({"tests/test_a.py": ""}, "python -m pytest -q", ""),
        ({"go.mod": "", "a_test.go": ""}, "go test ./...", ""),
        ({"go.mod": "", "a.go": ""}, "go test ./...", ""),
        ({"Cargo.toml": "", "src/lib.rs": "#[cfg(test)] mod tests {}"}, "cargo test --offline", ""),
        ({"package.json": package("mocha"), "test/a.test.js": ""}, "npm test", ""),
        ({"package.json": package(), "test/a.test.js": ""}, NODE, "report.xml"),
        ({"package.json": package('echo "Error: no test specified" && exit 1'), "a.test.mjs": ""}, NODE, "report.xml"),
        ({"package.json": package("vitest run")}, "npm test -- --reporter=junit --outputFile=report.xml", "report.xml"),
        ({"package.json": package("vitest && tsc")}, "npm test", ""),
        ({"package.json": package(), "index.js": ""}, "", ""),
        ({"CMakeLists.txt": "project(a)\nenable_testing()\n", "tests/unity/junit.py": ""}, CTEST, "report.xml"),
        ({"CMakeLists.txt": "add_subdirectory(t)", "t/CMakeLists.txt": "  include(CTest)\n"}, CTEST, "report.xml"),
        ({"CMakeLists.txt": "project(a)\n", "Makefile": "all:\n\tcc a.c\ncheck: all\n\t./a\n"}, "make check", ""),
        ({"Makefile": "CHECK := 1\ncheck test: all\n\t./a\n"}, "make test", ""),
        ({"Makefile": "test := 1\ntests: all\n"}, "", ""),
        ({"meson.build": "", "tests/meson.build": "test('a', a)\n"}, MESON, "gate-build/meson-logs/testlog.junit.xml"),
        ({"meson.build": "", "tests/run.sh": ""}, "", ""),
        ({"README.md": ""}, "", ""),
    ],
)  # fmt: skip
def test_the_gate_is_what_runs_the_tests_that_are_there(files: dict[str, str], runs: str, junit: str) -> None:
    gate = settings(files).gate
    assert (gate.regression, gate.junit, bool(gate.doctor)) == ((runs,) if runs else (), junit, True)


def test_where_nothing_says_what_runs_the_tests_it_is_said_so() -> None:
    assert found({"tests/run.sh": ""}).lines == UNNAMED
    assert found({"a.c": ""}).lines == NO_TESTS


def test_a_tier_that_is_judged_by_its_exit_code_says_where_a_test_may_wait() -> None:
    assert "factory help languages" in found({"go.mod": ""}).lines
    assert "factory help languages" not in found({"CMakeLists.txt": "enable_testing()"}).lines


@pytest.mark.parametrize(
    ("files", "setup"),
    [
        ({"package-lock.json": ""}, "cp package.json package-lock.json $FACTORY_ENV && cd $FACTORY_ENV && npm pkg delete scripts && npm ci --no-audit --no-fund"),
        ({".npmrc": ""}, "cp package.json .npmrc $FACTORY_ENV && cd $FACTORY_ENV && npm pkg delete scripts && npm install --no-audit --no-fund"),
    ],
)  # fmt: skip
def test_packages_are_fetched_by_setup_and_linked_into_the_room(files: dict[str, str], setup: str) -> None:
    files = {"package.json": package("uvu test", devDependencies={"uvu": "1"}), **files}
    gate = settings(files).gate
    assert gate.setup == (setup,)
    assert gate.regression == ("ln -s $FACTORY_ENV/node_modules . && npm test",)
    assert found(files).fetches
    assert read_settings(NETWORK.replace("# [", "[").replace("# net", "net").encode()).sandbox.network == "full"


@pytest.mark.parametrize("more", [{"pnpm-lock.yaml": ""}, {"yarn.lock": ""}])
def test_what_another_manager_fetches_is_left_to_the_person(more: dict[str, str]) -> None:
    files = {"package.json": package("jest", dependencies={"a": "1"}), **more}
    assert (settings(files).gate.setup, found(files).fetches) == ((), False)


def test_a_package_json_that_cannot_be_read_says_nothing() -> None:
    assert found({"package.json": "{", "src/a.js": ""}).lines == NO_TESTS
    assert found({"package.json": "[]"}).lines == NO_TESTS
