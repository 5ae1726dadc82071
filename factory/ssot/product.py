"""Pure: which paths of a repository are the product, that changes are about. All else judges.

A person says it in `[product] paths`; where nobody did, it is read off the tree: packages and what their manifests
name. Tests and what lies among them judge wherever they are, also inside a package.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from factory.plain import words
from factory.tree import Entry, Tree, matches

PYTHON_TESTS = words("**/test_*.py **/*_test.py **/tests.py **/test.py")  # by the names that pytest and unittest go by
TEST_FILES = PYTHON_TESTS + words("""
    **/tests/** **/test/** **/__tests__/** **/spec/** **/*.test.* **/*.spec.* **/*_test.go **/*_spec.rb **/*Test.java
    **/*Tests.cs **/test.[cm]js **/test.js **/test.ts **/*[-_]test.js **/test-*.js **/tests.rs **/*_test.rs
    **/test.c **/test_*.c **/*_test.c **/test_*.cc **/*_test.cc **/test_*.cpp **/*_test.cpp
""")
# Wherever it is, this judges: tests, what they compare with, and what steers a runner.
JUDGING = TEST_FILES + words("""
    **/conftest.py **/setup.py **/noxfile.py **/*.pth **/testdata/** **/test_data/** **/fixtures/** **/golden/**
    **/goldens/** **/*.golden **/snapshots/** **/__snapshots__/** **/*.snap **/*.ambr **/*.approved.* **/expected/**
""")
# Folders at the root whose code is about the product and is not the product.
BESIDE = frozenset(
    words("""
    acceptance bench benches benchmark benchmarks build checks ci contrib dist doc docs e2e example examples expected
    fixtures fuzz fuzzing golden integration notebooks scripts spec specs test testing tests third_party tools vendor
""")
)
IMPORTS = re.compile(r"(?m)^\s*(?:from|import)\s+(\w+)")
THEIRS = re.compile(r"test|helper|fixture|mock|stub|util")
NOT_MODULES = words("conftest fabfile hubconf noxfile setup tasks versioneer")
WITH_MANIFEST = {
    "package.json": (".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".jsx", ".vue", ".svelte", ".css", ".html"),
    "go.mod": (".go",),
    "Cargo.toml": (".rs",),
    "CMakeLists.txt": (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh"),
    "meson.build": (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh"),
    "Makefile": (".c", ".h", ".cc", ".cpp", ".hpp"),
    "pom.xml": (".java", ".kt"),
    "build.gradle": (".java", ".kt"),
    "Gemfile": (".rb",),
    "composer.json": (".php",),
}
OTHER_CODE = words(".py .js .ts .go .rs .java .c .h .cpp .rb .php .sh .pl .lua")
PYTHON = (".py", ".pyi", ".pyx")
CODE = frozenset((*PYTHON, *OTHER_CODE, *chain.from_iterable(WITH_MANIFEST.values())))
IN_EACH_FOLDER = frozenset(words("Makefile CMakeLists.txt meson.build"))  # say nothing of where a project begins
MANIFESTS = {*WITH_MANIFEST, "pyproject.toml", "setup.py", "setup.cfg"} - IN_EACH_FOLDER
TOLD = CODE | {name[name.rfind(".") :] for name in MANIFESTS if "." in name}
DOTLESS = tuple(sorted(name for name in MANIFESTS if "." not in name))
ENOUGH = 8  # trees of git whose product is known: one turn asks three times for two of them
_KEPT: dict[tuple[str, bool], tuple[str, ...]] = {}


def product_of(tree: Tree, *, grown: bool = False) -> tuple[str, ...]:
    """Globs of the product as the tree shows it; where it shows no code yet, all that does not lie beside it.

    `grown`: of a tree with a change, where a module that tests import may be what they waited for.
    """
    oid = getattr(tree, "oid", "")  # a tree of git is the same for ever
    if not oid:
        return _product_of(tree, grown)
    found = _KEPT.get((oid, grown))
    if found is None:
        if len(_KEPT) >= ENOUGH:
            _KEPT.clear()
        found = _KEPT[oid, grown] = _product_of(tree, grown)
    return found


def _product_of(tree: Tree, grown: bool) -> tuple[str, ...]:
    entries = tree.entries()
    # one pass: a tree may have many files
    told = sorted(path for path in entries if path[path.rfind(".") :] in TOLD or path.endswith(DOTLESS))
    code = [path for path in told if path[path.rfind(".") :] in CODE]
    found: dict[str, None] = {}
    for root in sorted(_roots(told)):
        found |= dict.fromkeys(_of_python(tree, code, root, grown))
        found |= dict.fromkeys(_of_manifests(entries, code, root))
    if found:
        return tuple(found)
    other = tuple(_by_ending(code, "", OTHER_CODE))
    return ("**",) if not other or any(glob.startswith("*") for glob in other) else other


def _roots(told: Iterable[str]) -> set[str]:
    """The folders of projects: the root, and each that holds a manifest and lies beside nothing."""
    at = (path.rpartition("/")[0] for path in told if path[path.rfind("/") + 1 :] in MANIFESTS)
    return {"", *(folder for folder in at if not _beside(f"{folder}/x"))}


def is_product(path: str, globs: Collection[str]) -> bool:
    """Whether one of the globs names it. One that starts with a wildcard does not reach into the folders beside."""
    return matches(path, [g for g in globs if not g.startswith("**")]) or ("**" in globs and not _beside(path))


def _beside(path: str, root: str = "") -> bool:
    first, _, rest = path.removeprefix(root).partition("/")
    return (bool(rest) and (first in BESIDE or first.startswith("."))) or matches(path, JUDGING)


def _of_python(tree: Tree, every: Iterable[str], root: str, grown: bool) -> Iterator[str]:
    """A src folder, packages, and the modules that are a project without any, or that it names."""
    start = f"{root}/" if root else ""
    code = [path for path in every if path.startswith(start) and path.endswith(PYTHON)]
    if any(path.startswith(f"{start}src/") for path in code):
        yield f"{start}src/**"
    tops = {path.removeprefix(start).split("/")[0] for path in code if path.endswith("/__init__.py")}
    tops = {top for top in tops if f"{start}{top}/__init__.py" in code and not _beside(f"{top}/x")} - {"src"}
    yield from (f"{start}{top}/**" for top in sorted(tops))
    yield from _libraries(code, start)
    modules = [p for p in code if "/" not in p.removeprefix(start) and not matches(p, JUDGING)]
    modules = [p for p in modules if PurePosixPath(p).stem not in NOT_MODULES]
    if not modules:
        return
    if not tops and not any(path.startswith((f"{start}src/", f"{start}lib/")) for path in code):
        yield f"{start}*.py"
        return
    named = _named(tree, f"{start}pyproject.toml")
    by_packages, by_tests = _imported(tree, [path for path in code if path not in modules])
    own = {path for path in modules if grown or _uses(tree, path, tops)}
    for path in sorted(modules):
        name = PurePosixPath(path).stem
        if name in named or name in by_packages or (name in by_tests and path in own):
            yield path


def _imported(tree: Tree, code: Collection[str]) -> tuple[set[str], set[str]]:
    """The modules that packages import, and those that tests do, but for what is plainly the tests' own."""
    by_packages, by_tests = set[str](), set[str]()
    for path in code:
        names = set(IMPORTS.findall(tree.read(path).decode("utf-8", "replace")))
        if matches(path, JUDGING):
            by_tests |= {name for name in names if not THEIRS.search(name)}
        else:
            by_packages |= names
    return by_packages, by_tests


def _uses(tree: Tree, path: str, packages: Collection[str]) -> bool:
    """Whether a module has code, and stands on one of the packages: values alone may be what tests expect."""
    text = tree.read(path).decode("utf-8", "replace")
    return bool(re.search(r"(?m)^(?:async )?(?:def|class) ", text) and set(IMPORTS.findall(text)) & set(packages))


def _libraries(code: Collection[str], start: str) -> Iterator[str]:
    if any(path.startswith(f"{start}lib/") and path.endswith("/__init__.py") for path in code):
        yield f"{start}lib/**"


def _named(tree: Tree, path: str) -> set[str]:
    """The modules that a pyproject.toml calls its own: listed, started by a script, or of the project's name."""
    try:
        told = tomllib.loads(tree.read(path).decode("utf-8", "replace"))
    except (KeyError, tomllib.TOMLDecodeError):
        return set()
    project, setuptools = _table(told, "project"), _table(told, "tool", "setuptools")
    listed = setuptools.get("py-modules", ())
    scripts = [at for at in _table(project, "scripts").values() if isinstance(at, str)]
    names = [*(listed if isinstance(listed, list) else ()), *(at.split(":")[0] for at in scripts)]
    return {str(name) for name in names} | {str(project.get("name", "")).replace("-", "_")}


def _table(told: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        told = told.get(key, {}) if isinstance(told.get(key, {}), dict) else {}
    return told


def _of_manifests(entries: Mapping[str, Entry], code: Iterable[str], root: str) -> Iterator[str]:
    """Source of other languages below a manifest."""
    start = f"{root}/" if root else ""
    for name, endings in WITH_MANIFEST.items():
        if f"{start}{name}" in entries:
            yield from _by_ending(code, start, endings)


def _by_ending(code: Iterable[str], start: str, endings: tuple[str, ...]) -> Iterator[str]:
    """The folders that hold code, with all that is in them; beside them, by its endings, what lies at the top."""
    found: dict[str, None] = {}
    for path in code:
        rest = path.removeprefix(start)
        if not path.startswith(start) or not path.endswith(endings) or _beside(path, start):
            continue
        folder, _, below = rest.partition("/")
        found[f"{start}{folder}/**" if below else f"{start}*{PurePosixPath(path).suffix}"] = None
    return iter(found)
