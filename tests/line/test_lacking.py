"""What a gate lacks is named with the line that brings it: an environment, a package, a plug-in, a module of a build."""

from __future__ import annotations

import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.gate import interpreter
from factory.gate.absent import lacking
from factory.git.repo import Repo
from factory.ssot.read_settings import read_settings
from tests.git.conftest import put
from tests.line.conftest import SETTINGS, Shop

Make = Callable[..., Shop]
BUILD = '[project]\nname = "shop"\noptional-dependencies.tests = ["freezegun", "pytest"]\n'
FILES = {
    "pyproject.toml": BUILD,
    "src/shop/__init__.py": "from ._version import v\n",
    ".gitignore": ".venv\n_version.py\n",
}
RUNS = SETTINGS.replace("sh tools/regression.sh", "python -m pytest -q")
MISSING = "E   ModuleNotFoundError: No module named '{0}'\n"
MAKES = "`python3 -m venv .venv && .venv/bin/pip install -e '.[tests]'`"


@pytest.mark.parametrize("command", ["run", "gate", "regression"])
def test_a_main_that_nothing_can_be_collected_of_is_no_ground_whoever_asks(make: Make, command: str) -> None:
    shop = make(
        "D-1 One", settings=RUNS, files={**FILES, "tests/test_a.py": "import shop\n\n\ndef test_a():\n    pass\n"}
    )
    done = shop.run(command)
    assert done.code == 4
    assert f"`python` is the factory's own here, without what your tests import: {MAKES}" in done.out + done.err
    assert "PASS" not in done.out.splitlines()[-1]


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    path = tmp_path / "repo"
    path.mkdir()
    Repo.create(path)
    with Repo(path) as repo:
        put(repo, {name: text.encode() for name, text in FILES.items()}, "code")
        repo.call("read-tree", "-m", "-u", "HEAD", cwd=path)
        yield repo


def told(repo: Repo, output: str, python: Path | None = None, settings: str = "") -> str:
    assert repo.work_tree
    own = repo.work_tree / ".venv/bin/python"
    return lacking(output, repo, read_settings(settings.encode()), python or own)


def test_a_package_is_to_be_installed_where_the_gate_runs(repo: Repo) -> None:
    assert (
        told(repo, MISSING.format("freezegun.api"))
        == "`freezegun` is not in the gate's environment: install it into .venv"
    )
    setup = '[gate]\nsetup = ["python -m venv $FACTORY_ENV"]'
    assert told(repo, MISSING.format("yaml"), settings=setup).endswith(": let `setup` under [gate] install it")
    assert told(repo, MISSING.format("yaml"), interpreter.OWN).startswith("`python` is the factory's own here")


def test_of_a_projects_own_module_no_package_is_asked(repo: Repo) -> None:
    for said in (
        MISSING.format("shop.nothing"),
        "ImportError: cannot import name 'x' from 'yaml' (/y.py)",
        "E  assert 0",
    ):
        assert told(repo, said) == ""


def test_a_plug_in_is_named_by_what_the_projects_settings_ask_for(repo: Repo) -> None:
    said = "ERROR: usage: python -m pytest [options]\npython -m pytest: error: unrecognized arguments: --cov=shop --cov-append\n"
    asks = "its settings ask for what this pytest lacks (error: unrecognized arguments: --cov=shop --cov-append)"
    assert told(repo, said) == f"{asks}: install it into .venv"
    key = "INTERNALERROR> pytest.PytestConfigWarning: Unknown config option: asyncio_default_fixture_loop_scope\n"
    assert "(Unknown config option: asyncio_default_fixture_loop_scope): install it into .venv" in told(repo, key)
    old = "ERROR: /room/pyproject.toml: 'minversion' requires pytest-9.0, actual pytest-8.3.2'\n"
    assert "('minversion' requires pytest-9.0, actual pytest-8.3.2')" in told(repo, old)


def test_a_module_that_a_build_made_is_named_with_the_setting_that_brings_it(repo: Repo) -> None:
    assert repo.work_tree
    (repo.work_tree / "src/shop/_version.py").write_text("v = 1\n")
    venv.create(repo.work_tree / ".venv", symlinks=True)
    there = next((repo.work_tree / ".venv").glob("lib/python*/site-packages"))
    (there / "shop").mkdir()
    (there / "shop/_version.py").write_text("v = 2\n")
    remedy = 'write `generated = ["src/shop/_version.py"]` under [sandbox] in ssot/factory.toml'
    for said in (
        MISSING.format("shop._version"),
        "ImportError: cannot import name '_version' from 'shop' (/room/s.py)\n",
    ):
        assert told(repo, said) == f"src/shop/_version.py is in your checkout and not in git: {remedy}"


def test_a_file_of_tests_that_cannot_be_loaded_is_named_before_anything_is_judged(make: Make) -> None:
    tests = {"tests/test_a.py": "def test_a():\n    pass\n", "tests/test_b.py": "import freezegun_of_nobody\n"}
    shop = make('D-1 One | | ```toml\nmodify = ["D-1.txt"]\n```', settings=RUNS, files={**FILES, **tests})
    done = shop.run("run")
    assert done.code == 0, done
    line = "tests/test_b.py cannot be loaded, so that nothing in there is judged: `python` is the factory's own here"
    assert done.out.count(line) == 1
    assert shop.run("regression").out.count(line) == 1
    assert done.out.find(line) < done.out.find("the gate checks AC-D-1-1")
