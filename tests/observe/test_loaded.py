"""What tests load, and what would come before it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest

from factory.gate.loaded import elsewhere, shadows, supposed
from factory.gate.observe import Observation
from factory.model import Fate
from tests.observe.conftest import Watch, Watched

JSON, SITE = "/usr/lib/python3.11/json/__init__.py", "/usr/lib/python3.11/site-packages"
PATH = ("tests", ".", "/usr/lib/python3.11", SITE, "editable")
LOADED = {
    "till": "till/__init__.py",
    "till.prices": "till/prices.py",
    "expected": "tests/expected.py",
    "tests.helpers": "tests/helpers.py",
    "json": JSON,
    "numpy": f"{SITE}/numpy/__init__.py",
    "conftest": "tests/conftest.py",
    "test_a": "tests/test_a.py",
}
OUTSIDE = ("decimal", "json", "numpy", "types", "yaml")


def judge(path: str) -> bool:
    return path.startswith("tests/")


def seen(loaded: Mapping[str, str] = LOADED, **other: object) -> Observation:
    told = replace(Observation(), loaded=loaded, path=PATH, outside=OUTSIDE, sessions=1)
    return replace(told, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    ["json.py", "tests/json.py", "json/__init__.py", "decimal.py", "tests/types.py", "numpy.py", "yaml.cpython-311.so",
     "json.pyc", "expected/__init__.py", "tests/expected/__init__.py", "tests/expected.so", "tests/helpers/__init__.py",
     "tests/numpy/__init__.py"],
)  # fmt: skip
def test_a_new_file_that_would_be_found_before_what_main_loads_is_told_with_its_path(path: str) -> None:
    moved = {**LOADED, "expected": "data/expected.py"} if path == "expected/__init__.py" else LOADED
    places = (*PATH, "data") if moved is not LOADED else PATH
    (line,) = shadows([path], seen(moved, path=places), lambda at: judge(at) or at.startswith("data/"))
    assert line.startswith(f"{path}: is found before ")


@pytest.mark.parametrize(
    "path",
    ["till/types.py", "till/json.py", "till/json/__init__.py", "till/prices/__init__.py", "till/new.py", "new.py",
     "editable/json.py", "editable/yaml.py", "docs/json.py", "json.txt", "json/data.json", "expected.py",
     "tests/json.md", "tests/test_b.py", "tests/a-b.py"],
)  # fmt: skip
def test_a_new_file_that_comes_before_nothing_of_the_judges_is_no_shadow(path: str) -> None:
    assert shadows([path], seen(), judge) == ()


@pytest.mark.parametrize("path", ["unittest.py", "src/json/__init__.py", "lib/pytest.py", "typing_extensions.py"])
def test_where_no_reporter_told_of_a_path_the_usual_places_are_looked_at(path: str) -> None:
    installed = {"pytest", "typing_extensions", "tests"}
    assert len(shadows([path], supposed(installed))) == 1
    assert shadows(["src/pkg/json.py", "tests/__init__.py", "tools/json.py", "new.py"], supposed(installed)) == ()


def test_a_place_that_python_looks_into_and_that_main_leaves_empty_may_not_be_filled() -> None:
    assert len(shadows(["lib.zip"], seen(path=("lib.zip", *PATH)))) == 1


@pytest.mark.parametrize(
    ("name", "now"),
    [("json", "json.py"), ("numpy", "src/numpy/__init__.py"), ("expected", "expected.py"), ("yaml", "till/yaml.py")],
)
def test_a_name_of_the_judge_or_of_a_library_that_is_loaded_from_another_file_is_told(name: str, now: str) -> None:
    (line,) = elsewhere(seen(), seen({**LOADED, name: now}), judge)
    assert line.startswith(f"{name}: ")
    assert now in line
    assert LOADED.get(name, "library") in line


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("till.prices", "till/prices/__init__.py"),
        ("till.types", "till/types.py"),
        ("new", "new.py"),
        ("conftest", "tests/unit/conftest.py"),
        ("test_a", "tests/unit/test_a.py"),
        ("json", "/opt/python/json/__init__.py"),
    ],
)
def test_what_product_and_moved_tests_do_is_no_matter(name: str, now: str) -> None:
    after = seen({**LOADED, name: now}, outcomes={"tests/unit/test_a.py::test_one": Fate.PASSED})
    assert elsewhere(seen(), after, judge) == ()


def test_what_main_loads_so_too_is_no_matter() -> None:
    both = seen({**LOADED, "yaml": "vendor/yaml.py"})
    assert elsewhere(both, both, judge) == ()


FILES = {
    "pytest.ini": "[pytest]\npythonpath = lib\n",
    "shop/__init__.py": "",
    "shop/prices.py": "import decimal\n",
    "tests/expected.py": "",
    "tests/test_a.py": "import lazy, expected, json\nfrom shop import prices\nimport pytest\ndef test_a(): pass\n",
    "lib/lazy.py": "__file__ = '/nowhere/else.py'\n",
}


def run(watch: Watch, files: Mapping[str, str], *extra: str) -> Watched:
    got = watch({**FILES, **files}, *extra, env={"PYTHONPATH": "."})
    assert (got.seen.tampered, got.seen.finished) == ("", True), got.output
    return got


@pytest.mark.parametrize("extra", [(), ("-n2",)], ids=str)
@pytest.mark.plugins
def test_modules_path_and_names_are_told_by_the_process_that_ran_the_tests(
    watch: Watch, extra: tuple[str, ...]
) -> None:
    told = run(watch, {}, *extra).seen
    room = {name: at for name, at in told.loaded.items() if not at.startswith("/")}
    assert room == {
        "shop": "shop/__init__.py",
        "shop.prices": "shop/prices.py",
        "expected": "tests/expected.py",
        "test_a": "tests/test_a.py",
        "lazy": "lib/lazy.py",
    }
    assert {"tests", ".", "lib"} <= set(told.path)
    assert told.path.index("tests") < told.path.index(".")
    assert told.loaded["json"].endswith("/json/__init__.py")
    assert told.loaded["pytest"].endswith("site-packages/pytest/__init__.py")
    assert not any("observer_" in text for text in (*told.loaded, *told.loaded.values(), *told.path, *told.outside))
    assert {"json", "statistics", "pytest", "hypothesis"} <= set(told.outside)
    assert not {"tests", "test", "shop"} & set(told.outside)


def test_what_comes_before_a_library_is_told_before_the_run_and_after_it(watch: Watch) -> None:
    base = run(watch, {}).seen
    late = {"lib/statistics.py": "", "tests/test_a.py": FILES["tests/test_a.py"] + "import statistics\n"}
    after = run(watch, {**late, "expected.py": ""}).seen
    assert shadows(["lib/statistics.py"], base, judge) == (
        "lib/statistics.py: is found before the library `statistics`",
    )
    assert elsewhere(base, after, judge) == (
        "statistics: lib/statistics.py is loaded in place of the library of that name",
    )


def test_a_package_file_that_turns_an_import_round_is_told(watch: Watch) -> None:
    base = run(watch, {}).seen
    after = run(watch, {"tests/__init__.py": "", "expected.py": ""}).seen
    assert elsewhere(base, after, judge) == ("expected: was loaded from tests/expected.py, and from expected.py now",)


LATE = """import gc, sys, types
from factory.injected.reporter_loaded import modules

class Pool:
    left = 500
    def __init__(self):
        self.me = self
    def __del__(self):
        if Pool.left:
            Pool.left -= 1
            sys.modules[f"late{Pool.left}"] = types.ModuleType("late")
            Pool()

gc.set_threshold(20)  # by itself inside of C up to Python 3.11; between two lines at the latest where it is asked
Pool()
assert modules(lambda path: gc.collect() and None, ()) == {}
assert Pool.left < 500, "the collector did not come by"
"""


def test_a_finaliser_that_loads_a_module_while_the_reporter_looks_hurts_nobody() -> None:
    ran = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_judge_that_comes_from_outside_now_or_from_nowhere_is_told() -> None:
    was = replace(Observation(), loaded={**LOADED}, outcomes={"tests/test_a.py::t": Fate.PASSED})
    away = replace(was, loaded={**LOADED, "tests.helpers": "/tmp/x/helpers.py"})
    assert elsewhere(was, away, judge) == (
        "tests.helpers: was loaded from tests/helpers.py, and from outside of the repository now",
    )
    none = replace(was, loaded={name: at for name, at in LOADED.items() if name != "expected"})
    assert elsewhere(was, none, judge) == ("expected: was loaded from tests/expected.py, and from no file now",)
    other = replace(none, outcomes={"tests/test_b.py::t": Fate.PASSED})
    assert elsewhere(was, other, judge) == (), "other tests may want other helpers"
