"""What decides about a change is out of its reach, also when it is moved, linked or shadowed."""

from __future__ import annotations

import pytest

from factory.model import Triage
from tests.guards.cases import GONE, by_hand, changed, found, plan, said

GLOBS = (
    "conftest.py",
    "ssot/**",
    "guards/**",
    "justfile",
    ".ci/**",
    ".github/**",
    "setup.cfg",
    "pytest.ini",
    "tox.ini",
)
PROJECT = {
    "src/pkg/__init__.py": "",
    "src/pkg/a.py": "x = 1",
    "tests/test_a.py": "",
    "pkg/__init__.py": "",
    "ssot/SSOT_RULES.md": "r",
}
BOTH = {"conftest.py": "", "justfile": "", **PROJECT}


def paths(after: dict[str, str | bytes], **more: object) -> list[str]:
    return [f.path for f in found(changed(BOTH, after, protected=GLOBS, **more), "protected")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path", ["conftest.py", "ssot/factory.toml", "guards/size.py", ".ci/run", "justfile", "ssot/a/b.toml"]
)
def test_a_protected_path_is_refused(path: str) -> None:
    assert path in paths({path: "new"})


@pytest.mark.parametrize(
    "path", ["Conftest.py", "SSOT/factory.toml", "Justfile", "JUSTFILE.", "s\u017fot/x", "ssot\u200b/x"]
)
def test_a_path_that_a_lenient_disk_takes_for_a_protected_one_is_refused(path: str) -> None:
    assert path in paths({path: "new"})


@pytest.mark.parametrize("path", ["src/pkg/conftests.py", "docs/ssot.md", "src/ssot_reader.py", "my_guards/a.py"])
def test_a_path_that_only_sounds_like_a_protected_one_is_let_pass(path: str) -> None:
    assert paths({path: "new"}) == []


def test_removing_and_moving_a_protected_file_is_refused() -> None:
    assert paths({"justfile": GONE}) == ["justfile"]
    assert "ssot/SSOT_RULES.md" in paths({"ssot/SSOT_RULES.md": GONE, "docs/rules.md": "r"})


def test_a_ticket_that_names_a_protected_path_does_not_open_it() -> None:
    told = plan(modify=("ssot/SSOT_RULES.md", "justfile"))
    assert paths({"ssot/SSOT_RULES.md": "new", "justfile": "new"}, told=told) == ["justfile", "ssot/SSOT_RULES.md"]


def test_a_mode_of_a_protected_file_is_protected_too() -> None:
    assert paths({}, modes={"justfile": "100755"}) == ["justfile"]


SHADOWS = [
    "sitecustomize.py",
    "src/usercustomize.py",
    "a.pth",
    "src/pkg/b.pth",
    "lib/sitecustomize.py",
    "sitecustomize/__init__.py",
    "src/pkg/conftest.py",
    "tests/unit/conftest.py",
    "tests/CONFTEST.PY",
    "tests/pytest.ini",
    "tests/.coveragerc",
    "src/pkg/__pycache__/a.cpython-311.pyc",
    "os.pyc",
]


@pytest.mark.parametrize("path", SHADOWS)
def test_a_new_file_that_would_be_loaded_first_is_refused(path: str) -> None:
    assert path in paths({path: "x"})


@pytest.mark.parametrize(
    "path",
    ["shop.egg-info", "shop-1.0.dist-info/entry_points.txt", "src/shop.egg-info/PKG-INFO", "tests/Shop.EGG-INFO/x"],
)
def test_a_packages_metadata_is_refused_new_or_changed(path: str) -> None:
    assert paths({path: "[pytest11]"}) == [path]
    case = changed({path: "a"}, {path: "[pytest11]"}, protected=GLOBS)
    assert [f.path for f in found(case, "protected")] == [path]
    assert said(changed({path: "a"}, {path: GONE}, protected=GLOBS), "protected") == []


@pytest.mark.parametrize(
    "path",
    [
        "src/pkg/json.py",
        "pkg/types.py",
        "src/pkg/pytest_helpers.py",
        "docs/coverage.md",
        "src/pkg/random/__init__.py",
        "tests/test_json.py",
        "test/test_b.py",
        "scripts/json.py",
        "tests/email/test_c.py",
        "src/newpkg/__init__.py",
        "data/json.json",
    ],
)
def test_a_module_inside_a_package_shadows_nothing(path: str) -> None:
    assert paths({path: "x"}) == []


def test_a_project_that_is_itself_a_plug_in_may_grow() -> None:
    case = changed({"src/pytest_cov/__init__.py": ""}, {"src/pytest_cov/engine.py": "x"}, protected=GLOBS)
    assert said(case, "protected") == []
    whole = changed({"iniconfig.py": "x"}, {"iniconfig.py": GONE, "iniconfig/__init__.py": "x"}, protected=GLOBS)
    assert said(whole, "protected") == []


def test_a_conftest_that_the_base_has_is_the_globs_business() -> None:
    case = changed({"tests/conftest.py": "a"}, {"tests/conftest.py": "b"}, protected=GLOBS)
    assert said(case, "protected") == []


LINK = {"l": "120000", "a/l": "120000", "m": "120000"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("l", "/etc/passwd"),
        ("l", "../out"),
        ("a/l", "../../out"),
        ("l", "ssot"),
        ("l", "ssot/SSOT_RULES.md"),
        ("a/l", "../justfile"),
        ("l", "."),
        ("l", ".git/hooks"),
        ("l", "m/SSOT_RULES.md"),
        ("l", "l"),
        ("l", "SSOT/x"),
    ],
)
def test_a_link_out_of_the_tree_or_to_what_is_protected_is_refused(path: str, target: str) -> None:
    assert path in paths({path: target, "m": "ssot"}, modes=LINK)


def test_a_link_inside_the_tree_is_let_pass() -> None:
    assert paths({"l": "src/pkg", "a/l": "../src/pkg/a.py"}, modes=LINK) == []


PYPROJECT = "[project]\nname = 'a'\n[tool.pytest.ini_options]\naddopts = '-ra'\n[tool.ruff]\nline-length = 100\n"


@pytest.mark.parametrize(
    "after",
    [
        PYPROJECT.replace("-ra", "-k nothing"),
        PYPROJECT.replace("[tool.pytest.ini_options]\naddopts = '-ra'\n", ""),
        PYPROJECT + "[tool.coverage.run]\nbranch = false\n",
        PYPROJECT + "[project.entry-points.pytest11]\nx = 'x'\n",
        PYPROJECT + "[",
        GONE,
    ],
)
def test_what_steers_the_runner_in_pyproject_is_protected(after: str) -> None:
    case = changed({"pyproject.toml": PYPROJECT}, {"pyproject.toml": after}, protected=GLOBS)
    assert [f.path for f in found(case, "protected")] == ["pyproject.toml"]


def test_the_rest_of_pyproject_is_not() -> None:
    after = PYPROJECT.replace("100", "120").replace("name = 'a'", "name = 'a'\ndependencies = ['b']")
    assert said(changed({"pyproject.toml": PYPROJECT}, {"pyproject.toml": after}, protected=GLOBS), "protected") == []
    assert said(changed({}, {"sub/pyproject.toml": "[project]\nname = 'b'\n"}), "protected") == []


def test_a_new_pyproject_nearer_to_the_tests_is_refused() -> None:
    assert paths({"tests/pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-x'\n"}) == ["tests/pyproject.toml"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".gitattributes", "*.py filter=x"),
        ("a/.gitattributes", "* merge=mine"),
        (".gitattributes", "*.py working-tree-encoding=UTF-16"),
        (".gitmodules", "\tupdate = !rm -rf ."),
        (".gitmodules", "\turl = ext::sh -c x"),
        (".gitmodules", '\turl = "-ux"'),
    ],
)
def test_git_files_that_make_git_run_something_are_refused(path: str, line: str) -> None:
    assert paths({path: f"[x]\n{line}\n"}) == [path]


def test_ordinary_attributes_are_let_pass_and_so_are_old_ones() -> None:
    plain = "* text=auto eol=lf\n*.png binary\n*.md diff=markdown\nCHANGES merge=union\n# filter=x\n*.sh -filter\n"
    assert paths({".gitattributes": plain, ".gitmodules": "[submodule]\n\turl = ../b\n\tupdate = rebase\n"}) == []
    lfs = "*.bin filter=lfs merge=lfs -text\n"
    assert said(changed({".gitattributes": lfs}, {".gitattributes": lfs + "*.md text\n"}), "protected") == []


def test_a_person_may_change_what_decides() -> None:
    assert said(by_hand({"conftest.py": "x", "sitecustomize.py": ""}), "protected") == []


def test_the_triage_is_scope() -> None:
    assert found(changed(BOTH, {"justfile": "x"}, protected=GLOBS), "protected")[0].triage is Triage.SCOPE
