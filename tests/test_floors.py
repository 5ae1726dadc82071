"""The house's floors: one door a side effect, no import cycle, and nothing that names this machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted(
    p for package in ("factory", "guards") for p in (ROOT / package).rglob("*.py") if "templates" not in p.parts
)
DOORS = {
    "subprocess": {"factory/sandbox/process.py"},
    "git": {"factory/git/repo.py"},
    "google.genai": {"factory/workers/gemini_conversation.py"},
    "google": {"factory/workers/gemini_conversation.py"},
    "apprise": {"factory/notices/courier.py"},
    "opentelemetry": {"factory/desk/otlp.py"},
}
INJECTED = "factory/injected/"  # runs in the room, on whatever Python is there: it is no part of the controller
PRINTS = {
    "factory/executors/__main__.py",
    "factory/faces/cli/terminal.py",
    "factory/faces/cli/screen.py",
    "factory/cards/__main__.py",
    "factory/notices/courier.py",
}  # all but the two of the face are processes of their own
FLAT = {"factory/model.py"}  # one noun after the other: a list may be long


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, "now" | "later" | "typing") of every import: with the file, inside of a function, or never."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, _when(node)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, _when(node)
            yield from ((f"{node.module}.{alias.name}", _when(node)) for alias in node.names)


def _when(node: ast.AST) -> str:
    found = "now"
    while (above := getattr(node, "parent", None)) is not None:
        if isinstance(above, ast.If) and "TYPE_CHECKING" in ast.unparse(above.test):
            return "typing"
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = "later"
        node = above
    return found


TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE}


@pytest.mark.parametrize("module", DOORS)
def test_a_side_effect_has_one_door(module: str) -> None:
    found = {
        name(p) for p, tree in TREES.items() if any(m == module or m.startswith(module + ".") for m, _ in imports(tree))
    }
    assert {f for f in found if not f.startswith(INJECTED)} <= DOORS[module]


def test_only_the_screen_prints() -> None:
    found = set()
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "print",
                "sys.stdout.write",
                "sys.stderr.write",
            ):
                found.add(name(path))
    assert {f for f in found if not f.startswith(INJECTED)} <= PRINTS


REPLACES = {
    "factory/files.py",  # documents
    "factory/gate/prepared.py",  # a folder
    "factory/git/index_lock.py",  # git's own index
    "factory/git/store.py",  # objects, which get their names when they are on disk
    "factory/git/unsynced.py",
    "factory/operator/tables_by_hand.py",  # two documents, or neither
}


def test_documents_are_put_into_their_place_by_one_file() -> None:
    called = re.compile(r"\bos\.replace\(|\bmkstemp\(")
    assert {name(p) for p in CODE if called.search(p.read_text(encoding="utf-8"))} == REPLACES


def test_no_import_cycle() -> None:
    """What is imported later, inside of a function, counts like the rest."""
    graph: dict[str, set[str]] = {}
    modules = {name(p).removesuffix("/__init__.py").removesuffix(".py").replace("/", "."): p for p in CODE}
    for module, path in modules.items():
        found = {m for m, when in imports(TREES[path]) if when != "typing" and m in modules and m != module}
        # `from guards import policy` is an import of the module, not of the package's own code.
        graph[module] = {m for m in found if not any(other.startswith(m + ".") for other in found)}
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join((*above[above.index(module) :], module))
        if module not in done:
            for other in sorted(graph[module]):
                walk(other, (*above, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{name(path)} {node.name}", node


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many there are, `self` not counted; a frozen value has no constructor of its own, and any number of fields."""
    given = node.args
    plain = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return sum(one.arg not in ("self", "cls") for one in plain)


# What is still too wide, too long, or laid out by hand. The lists only shrink: what is none any more is taken out, and nothing
# comes to them. A long list of parameters is made a value of; what the formatter lays out badly is a table of words.
WIDE: set[str] = set()
LONG: set[str] = set()
BY_HAND = {"factory/demo_shop.py"}  # twelve jobs, a table


def test_files_have_300_lines_and_functions_45_at_most() -> None:
    files = {name(p) for p in CODE if len(p.read_text(encoding="utf-8").splitlines()) > 300} - FLAT
    assert files | {where for where, node in functions() if (node.end_lineno or 0) - node.lineno >= 45} == LONG


def test_a_function_has_six_parameters_at_most() -> None:
    assert {where for where, node in functions() if parameters(node) > 6} == WIDE


def test_the_formatter_lays_out_all_but_what_is_listed() -> None:
    by_hand = re.compile(r"(?m)# fmt: (?:skip|off)$")
    assert {name(p) for p in CODE if by_hand.search(p.read_text(encoding="utf-8"))} == BY_HAND


HOSTS = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|files\.pythonhosted")


def test_no_tracked_file_names_an_index_host_or_a_path_of_a_machine() -> None:
    tracked = (ROOT / ".git").exists() and _tracked()
    files = tracked or [p for p in ROOT.rglob("*") if p.is_file() and not {".venv", ".git"} & set(p.parts)]
    bad = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if path.name != "test_floors.py" and (HOSTS.search(text) or "/root/." in text):
            bad.append(path.relative_to(ROOT).as_posix())
    assert bad == []


def _tracked() -> list[Path]:
    from factory.git.repo import Repo

    with Repo(ROOT) as repo:
        return [ROOT / p for p in repo.tracked() if (ROOT / p).is_file()]


def test_the_recipes_that_others_rely_on_are_there() -> None:
    text = (ROOT / "justfile").read_text(encoding="utf-8")
    recipes = re.findall(r"^([a-z_]+)(?: [^:\n]*)?:(?!=)", text, re.MULTILINE)
    twice = sorted({name for name in recipes if recipes.count(name) > 1})
    assert twice == []  # `just` refuses the whole file, every recipe of it
    assert set(recipes) >= {
        "factory_run", "factory_dry", "factory_status", "factory_audit", "gate", "doctor", "fast", "regression",
        "docops", "evidence_check", "factory_demo", "test", "lint", "bench", "lock",
    }  # fmt: skip


def test_the_environment_is_made_in_its_own_folder_whatever_venv_is_active() -> None:
    """uv takes the active one unless it is told: the README's own venv would lose `uv` and `just` to the lock."""
    text = (ROOT / "justfile").read_text(encoding="utf-8")
    made = re.findall(r"uv pip (?:sync|install) .*", text)
    assert len(made) == 2
    assert [line for line in made if "--python .venv" not in line] == []
