"""What runs a repository's tests, read off its files: the gate's commands that `init` writes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from factory.ssot.product import TEST_FILES
from factory.tree import matches

Read = Callable[[str], str]  # a tracked file's text

TIERS = 'doctor = ["true"]\nfast = []\nregression = [{0}]'
JUNIT = '\njunit = "{0}"'
BY_ITS_EXIT_CODE = """\
# Judged by its exit code, which must be 0 on main. A test that waits for its ticket lies where this command does not
# look, and the ticket's check runs it: `factory help languages`.
"""
PYTEST = """\
doctor = ["python -m pytest --collect-only -q"]
fast = ["python -m pytest -q -x"]
regression = ["python -m pytest -q"]"""
NO_TESTS = """\
# No test was found here, so that nothing runs: a ticket's own checks are all that judges it. Name what runs the tests
# once there are any, as in regression = ["make test"] or ["python -m pytest -q"].
doctor = ["true"]
fast = []
regression = []"""
UNNAMED = """\
# There are tests here, and nothing says what runs them, so that nothing does: a ticket's own checks are all that judges
# it. Name what runs them, as in regression = ["sh tests/run.sh"].
doctor = ["true"]
fast = []
regression = []"""
NETWORK = """

# What `setup` fetches comes over the network: take the # away. Workers have it then, too, but for those whose own table
# says network = "none".
# [sandbox]
# network = "full\""""
# Where one of these stands at the root, Python is what the repository is written in.
PYTHONS = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "conftest.py", "requirements*.txt")
MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
TARGET = re.compile(r"(?m)^(?:[\w.-]+[ \t]+)*(test|check)(?:[ \t]+[\w.-]+)*[ \t]*::?(?!=)")
CTEST = re.compile(r"(?im)^\s*(?:enable_testing\s*\(|include\s*\(\s*CTest\s*\))")
MESON_TEST = re.compile(r"(?m)^\s*test\s*\(")
NODE_FILES = ("**/test/**", "**/*.test.*", "**/*-test.*", "**/*_test.*", "**/test-*")  # what `node --test` looks for
OTHER_LOCKS = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
NODE_JUNIT = "--test-reporter=junit --test-reporter-destination=report.xml"
WITH_JUNIT = {"node --test": NODE_JUNIT, "vitest": "--reporter=junit --outputFile=report.xml"}


class Runner(NamedTuple):
    """`lines` stand under [gate]; `program` is what they start, and `fetches` says that `setup` needs the network."""

    lines: str
    program: str = ""
    fetches: bool = False


def runner(paths: Collection[str], read: Read) -> Runner:
    """For a repository with these files: what its tests are run by, where it says so."""
    tests = [path for path in paths if matches(path, TEST_FILES)]
    other = next(_others(paths, read), None)
    if any(path.endswith(".py") for path in tests) and (other is None or any(matches(p, PYTHONS) for p in paths)):
        return Runner(PYTEST)
    return other or Runner(UNNAMED if tests else NO_TESTS)


def not_here(found: Runner) -> bool:
    """Whether this machine lacks the program, as far as its PATH tells."""
    return bool(found.program) and shutil.which(found.program) is None


def _others(paths: Collection[str], read: Read) -> Iterator[Runner]:
    if "go.mod" in paths:
        yield _plain("go", "go test ./...")
    if "Cargo.toml" in paths:
        yield _plain("cargo", "cargo test --offline")
    if "package.json" in paths:
        yield from _node(paths, read)
    if "CMakeLists.txt" in paths and any(CTEST.search(read(path)) for path in _named(paths, "CMakeLists.txt")):
        built = "cmake -S . -B /tmp/b && cmake --build /tmp/b -j 4"
        yield _seen("cmake", f"{built} && ctest --test-dir /tmp/b --output-junit $PWD/report.xml", "report.xml")
    if "meson.build" in paths and any(MESON_TEST.search(read(path)) for path in _named(paths, "meson.build")):
        ran = "meson setup gate-build && meson test -C gate-build"
        yield _seen("meson", ran, "gate-build/meson-logs/testlog.junit.xml")
    for name in MAKEFILES:
        if name in paths and (targets := TARGET.findall(read(name))):
            yield _plain("make", f"make {max(targets)}")  # test before check


def _named(paths: Collection[str], name: str) -> list[str]:
    return sorted(path for path in paths if path.rpartition("/")[2] == name)


def _plain(program: str, command: str) -> Runner:
    return Runner(BY_ITS_EXIT_CODE + TIERS.format(json.dumps(command)), program)


def _seen(program: str, command: str, junit: str) -> Runner:
    """A command that writes a JUnit file, so that single tests are seen."""
    return Runner(TIERS.format(json.dumps(command)) + JUNIT.format(junit), program)


def _node(paths: Collection[str], read: Read) -> Iterator[Runner]:
    """`npm test` where a script says what that is, with what it fetches; else Node's own, where it finds tests."""
    told = _json(read("package.json"))
    scripts = told.get("scripts")
    script = str(scripts.get("test", "")) if isinstance(scripts, dict) else ""
    if not script or "no test specified" in script:
        if any(matches(path, NODE_FILES) and path.endswith((".js", ".cjs", ".mjs")) for path in paths):
            yield _seen("node", f"node --test {NODE_JUNIT}", "report.xml")
        return
    options = next((o for its, o in WITH_JUNIT.items() if re.match(rf"{its}\b[^&|;]*$", script)), "")
    command = f"npm test -- {options}" if options else "npm test"
    setup = _setup(told, paths)
    if setup:
        command = f"ln -s $FACTORY_ENV/node_modules . && {command}"
    found = _seen("npm", command, "report.xml") if options else _plain("npm", command)
    yield found._replace(lines=f"setup = [{json.dumps(setup)}]\n{found.lines}", fetches=True) if setup else found


def _setup(told: dict[str, Any], paths: Collection[str]) -> str:
    """What fetches the packages into $FACTORY_ENV; empty where there are none, or where npm is not who does."""
    if not any(told.get(kind) for kind in ("dependencies", "devDependencies")) or told.get("workspaces"):
        return ""
    if any(lock in paths for lock in OTHER_LOCKS):
        return ""
    lock = next((name for name in ("npm-shrinkwrap.json", "package-lock.json") if name in paths), "")
    files = " ".join(name for name in ("package.json", lock, ".npmrc") if name and name in paths)
    # Its own scripts would look for sources that are not there: `prepare` runs at each install.
    own = "cd $FACTORY_ENV && npm pkg delete scripts"
    return f"cp {files} $FACTORY_ENV && {own} && npm {'ci' if lock else 'install'} --no-audit --no-fund"


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
