"""Scripts and harness are thin, and imports run one way."""

from __future__ import annotations

import pytest

from tests.guards.cases import by_hand, changed, said

THIN = '[[thin]]\npaths = ["scripts/**"]\nmax_lines = 12\n'
LAYERS = """
    [layers]
    order = [["app.cli"], ["app.run", "app.report"], ["app.gate"], ["app.model"]]
    [[only]]
    module = "subprocess"
    importers = ["src/app/process.py"]
    within = ["src/**"]
    """


def thin(source: str, path: str = "scripts/a.py") -> list[str]:
    return said(by_hand({"ssot/engine_centricity.toml": THIN, path: source}), "engine_centricity")


def layers(path: str, source: str, policy: str = LAYERS) -> list[str]:
    return said(by_hand({"ssot/engine_centricity.toml": policy, path: source}), "engine_centricity")


@pytest.mark.parametrize(
    ("source", "line", "why"),
    [
        ("class Engine: pass\n", 1, "a class"),
        ("def f(a, b):\n    return a * b\n", 2, "arithmetic"),
        ("x = 1\nx -= 2\n", 2, "arithmetic"),
        ("for x in y:\n    if x:\n        f(x)\n", 2, "a branch inside a loop"),
        ("while y:\n    match x:\n        case 1: f()\n", 2, "a branch inside a loop"),
        ("f()\n" * 13, 13, "longer than the 12 lines"),
    ],
)
def test_a_thick_script_is_named(source: str, line: int, why: str) -> None:
    (finding,) = thin(source)
    assert finding.startswith(f"scripts/a.py:{line}: {why}")


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nfrom app.run import go\nsys.exit(go(sys.argv[1:]))\n",
        "for x in y:\n    f(x)\nif x:\n    g()\n",
        "print('%s' % x, 'a' + b)\n",
        "p = path / 'a'\nq = Path(__file__).parent / name\n",
        "f()\n" * 12,
    ],
)
def test_a_script_that_calls_is_thin(source: str) -> None:
    assert thin(source) == []


def test_the_engine_may_compute() -> None:
    assert thin("class A:\n    x = 3 * 4\n", "src/a.py") == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/app/gate.py", "from app.run import go\n"),
        ("src/app/gate.py", "import app.run\n"),
        ("src/app/gate.py", "from app import run\n"),
        ("src/app/gate.py", "from . import run\n"),
        ("src/app/gate.py", "from .run import go\n"),
        ("src/app/gate.py", "def f():\n    import importlib\n    importlib.import_module('app.run')\n"),
        ("app/gate/deep.py", "from ..run import go\n"),
        ("app/gate/__init__.py", "from ..run import go\n"),
        ("src/app/model.py", "def late():\n    from app.cli import main\n    return main\n"),
        ("src/app/gate.py", "import subprocess\n"),
        ("src/app/gate.py", "from subprocess import run\n"),
        ("src/app/other.py", "def f():\n    import subprocess\n"),
    ],
)
def test_an_import_against_the_stream_is_named(path: str, source: str) -> None:
    (finding,) = layers(path, source)
    assert finding.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/app/cli.py", "from app.run import go\nfrom app.model import x\n"),
        ("src/app/run.py", "from app import report\n"),
        ("src/app/gate.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.run import go\n"),
        ("src/app/gate/a.py", "from app.gate.b import x\nfrom app import gate\n"),
        ("src/app/gate.py", "import runner\nimport app.running\n"),
        ("src/app/process.py", "import subprocess\n"),
        ("tests/test_a.py", "import subprocess\nfrom app.cli import main\n"),
        ("src/app/gate.py", "# import subprocess\n'import subprocess'\n"),
    ],
)
def test_an_import_with_the_stream_is_let_pass(path: str, source: str) -> None:
    assert layers(path, source) == []


def test_siblings_stay_apart_where_the_policy_says_so() -> None:
    apart = LAYERS.replace("[layers]", "[layers]\n    siblings = false")
    assert len(layers("src/app/run.py", "from app import report\n", apart)) == 1


def test_only_what_a_change_adds_counts() -> None:
    base = {"ssot/engine_centricity.toml": LAYERS, "src/app/gate.py": "import subprocess\n"}
    assert said(changed(base, {"src/app/gate.py": "\nx = 1\nimport subprocess\n"}), "engine_centricity") == []
    assert len(said(changed(base, {"src/app/model.py": "import subprocess\n"}), "engine_centricity")) == 1


def test_what_cannot_be_parsed_is_not_passed() -> None:
    assert layers("src/app/gate.py", "def\n") == [
        "src/app/gate.py:1: cannot be parsed, so its imports cannot be judged"
    ]


def test_no_policy_judges_nothing() -> None:
    assert said(by_hand({"scripts/a.py": "class A: pass\n"}), "engine_centricity") == []
