"""Which side of a repository a path is on: the product, or what judges it."""

from __future__ import annotations

import pytest

from factory.gate.sides import Sides
from factory.model import Changed, Terms
from factory.ssot.product import product_of
from factory.ssot.settings import Settings
from factory.tree import Entry, MemoryTree, matches


def tree(*paths: str, **files: str) -> MemoryTree:
    return MemoryTree({**dict.fromkeys(paths, ""), **{k.replace("__", "."): v for k, v in files.items()}})


LAYOUTS = {
    "a package": (
        ("shop/__init__.py", "shop/prices.py", "tests/test_a.py", "setup.py", "README.md", "expected.py", "tools/x.py"),
        {"shop/prices.py", "shop/new.py", "shop/data/rates.json"},
        {"tests/test_a.py", "setup.py", "README.md", "expected.py", "tools/x.py", "numpy.py", "shop/tests/test_b.py"},
    ),
    "src": (
        ("src/shop/prices.py", "tests/test_a.py", "noxfile.py"),
        {"src/shop/prices.py", "src/shop/more/x.py"},
        {"tests/helper.py", "noxfile.py", "golden/a.txt"},
    ),
    "modules alone": (
        ("tabulate.py", "test_tabulate.py", "setup.py", "conftest.py"),
        {"tabulate.py", "more.py"},
        {"test_tabulate.py", "setup.py", "conftest.py", "data/a.json"},
    ),
    "a folder with its own project": (
        ("back/pyproject.toml", "back/till/__init__.py", "back/tests/test_a.py", "front/package.json", "front/app.js"),
        {"back/till/prices.py", "front/app.js", "front/more.js"},
        {"back/tests/test_a.py", "front/package.json", "front/app.test.js", "Makefile"},
    ),
    "a crate": (
        ("Cargo.toml", "src/lib.rs", "build.rs", "benches/a.rs", "fuzz/Cargo.toml", "fuzz/a.rs"),
        {"src/lib.rs", "build.rs", "src/more.rs"},
        {"Cargo.toml", "benches/a.rs", "fuzz/a.rs", "src/parse/tests.rs", "tests/a.rs"},
    ),
    "C": (
        ("meson.build", "ini.c", "ini.h", "cpp/Reader.cpp", "test.c", "tests/meson.build", "fuzzing/a.c"),
        {"ini.c", "ini.h", "cpp/Reader.cpp", "cpp/Other.h"},
        {"meson.build", "test.c", "test_ini.c", "ini_test.c", "tests/a.c", "fuzzing/a.c"},
    ),
    "a module and its test": (
        ("package.json", "index.js", "test.js"),
        {"index.js", "more.js"},
        {"package.json", "test.js", "test.mjs", "index-test.js"},
    ),
    "node": (
        ("package.json", "index.js", "lib/total.js", "test/total.js", "jest.config.ts"),
        {"index.js", "lib/total.js", "lib/words.json"},
        {"package.json", "test/total.js", "lib/total.test.js", "tools/x.mjs"},
    ),
    "go": (
        ("go.mod", "total.go", "total_test.go", "cmd/shop/main.go", "testdata/a.json"),
        {"total.go", "cmd/shop/main.go", "other.go"},
        {"total_test.go", "testdata/a.json", "go.mod", "testdata/x.go"},
    ),
    "no project at all": (
        ("bin/shop.sh", "total.py.txt", "checks/a.sh"),
        {"bin/shop.sh", "bin/more.sh"},
        {"checks/a.sh", "README.md"},
    ),
    "nothing yet": (
        ("README.md", "tools/worker.sh", "tests/test_a.py"),
        {"shop/prices.py", "D-1.txt", "README.md"},
        {"tests/test_a.py", "tools/x.sh", "docs/x.md"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("paths", "product", "judge"), LAYOUTS.values(), ids=LAYOUTS)
def test_packages_and_source_are_product_and_all_else_judges(
    paths: tuple[str, ...], product: set[str], judge: set[str]
) -> None:
    sides = Sides(product_of(tree(*paths)), Terms())
    assert {path for path in product | judge if not sides.judges(path)} == product


def test_a_module_that_the_project_names_is_product_beside_packages() -> None:
    named = '[project]\nname = "other"\nscripts = {shop = "shop_cli:main"}\n'
    found = product_of(MemoryTree({"pyproject.toml": named, "pkg/__init__.py": "", "shop_cli.py": "", "x.py": ""}))
    assert matches("shop_cli.py", found)
    assert not matches("x.py", found)


def test_a_manifest_that_is_rubbish_names_nothing() -> None:
    for text in ("[", "project = 3", "[tool]\nsetuptools = 1"):
        assert product_of(MemoryTree({"pyproject.toml": text, "pkg/__init__.py": "", "x.py": ""})) == ("pkg/**",)


def test_a_scope_widens_the_product_and_a_wildcard_names_nothing() -> None:
    def judges(path: str, *modify: str) -> bool:
        return Sides(("shop/**",), Terms(modify=modify)).judges(path)

    assert not judges("docs/usage.md", "docs/usage.md")
    assert not judges("tools/price.sh", "tools/**")
    assert judges("tools/price.sh", "**/*.sh", "**")
    assert judges("tests/test_a.py", "tests/test_a.py", "tests/**")  # a test never is the product
    assert Sides(("**",), Terms(modify=("ssot/x",)), ("ssot/**",)).judges("ssot/x")


def test_a_ticket_lets_go_of_the_tests_that_it_names_and_of_no_other() -> None:
    by_file = Sides((), Terms(modify=("tests/test_a.py", "tests/**")))
    assert by_file.may_contradict("tests/test_a.py::test_x")
    assert not by_file.may_contradict("tests/test_b.py::test_x")
    by_name = Sides((), Terms(may_change_tests=("tests/test_a.py::test_x",)))
    assert by_name.may_contradict("tests/test_a.py::test_x[1]")
    assert not by_name.may_contradict("tests/test_a.py::test_xy")
    assert Sides((), Terms(may_change_tests=("tests/test_a.py",))).may_contradict("tests/test_a.py::test_y")


def test_main_judges_with_what_a_change_took_away_and_without_what_it_brought() -> None:
    main = {"tests/a.json": Entry("100644", "1"), "shop/x.py": Entry("100644", "2")}
    changed = [
        Changed(path="tests/a.json", old_mode="100644", old="1"),
        Changed(path="tests/b.json", new_mode="100644", new="3"),
        Changed(path="shop/x.py", old_mode="100644", old="2", new_mode="100644", new="4"),
    ]
    sides = Sides(("shop/**",), Terms())
    brought = sides.brought(changed)
    assert sides.mains(brought, main) == {"tests/a.json": main["tests/a.json"], "tests/b.json": None}
    assert Sides(("shop/**",), Terms(allow=("tests_kept",))).mains(brought, main) == {}


ROOT = {
    "shop/__init__.py": "import rates\n",
    "rates.py": "",
    "app.py": "import shop\n\n\ndef main():\n    pass\n",
    "expected.py": "WANT = 270\n",
    "oracle.py": "def oracle():\n    pass\n",
    "helpers.py": "import shop\n\n\ndef make():\n    pass\n",
    "tests/test_a.py": "import app, sys\nimport expected\nfrom oracle import oracle\nimport helpers\n",
}


def test_a_module_at_the_root_beside_a_package_is_product_where_it_stands_on_the_package() -> None:
    assert set(product_of(MemoryTree(ROOT))) == {"shop/**", "app.py", "rates.py"}


def test_what_main_does_not_have_is_product_where_it_looks_like_it() -> None:
    main = MemoryTree({"shop/__init__.py": "", "tests/test_a.py": "import bills\nimport old\n", "old.py": "X = 1\n"})
    more = {"bills.py": "Y = 2\n", "stock/__init__.py": "", "docs/x.py": "", "golden/__init__.py": "", "loose.py": ""}
    tree = MemoryTree({path: main.read(path).decode() for path in main.entries()} | more)
    sides = Sides.of(Settings(), main, Terms(), (), tree=tree)
    assert [path for path in (*more, "old.py") if not sides.judges(path)] == ["bills.py", "stock/__init__.py"]
    named = Settings(product={"paths": ["shop/**"]})
    assert not Sides.of(named, main, Terms(), (), tree=tree).judges("stock/__init__.py")
