"""A face stands on the desk alone: it reads snapshots and news, and asks by `submit`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.test_floors import CODE, TREES, imports, name

FACES = [path for path in CODE if name(path).startswith("factory/faces/")]
DESK = (
    "snapshot",
    "status",
    "status_words",
    "events",
    "commands",
    "submit",
    "kpi",
    "metrics",
    "looking.meaning",
    "looking.language_of",
    "panes",
    "live",
)
MAY = (
    "factory.faces",
    "factory.errors",
    "factory.model",
    "factory.plain",
    "factory.stream",
    "factory.pages",
    "factory.demo",
    *(f"factory.desk.{module}" for module in DESK),
)
WRITES = {"write_text", "write_bytes", "mkdir", "touch", "unlink", "rmdir", "rmtree", "rename", "os.replace", "open"}


def beyond(tree: ast.Module) -> list[str]:
    """What is imported of the house, lazily too, that no face may know."""
    found = {module for module, _ in imports(tree) if module.startswith(("factory.", "guards"))}
    packages = {module for module in found if any(other.startswith(f"{module}.") for other in found)}
    return sorted(one for one in found - packages if not any(f"{one}.".startswith(f"{may}.") for may in MAY))


def written(tree: ast.Module) -> list[str]:
    """The calls that could write to a disk."""
    calls = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return sorted(call for call in calls if call in WRITES or call.rpartition(".")[2] in WRITES - {"os.replace"})


@pytest.mark.parametrize("path", FACES, ids=name)
def test_a_face_imports_the_desk_and_nothing_below_it_and_writes_nothing(path: Path) -> None:
    assert beyond(TREES[path]) == []
    assert written(TREES[path]) == []


@pytest.mark.parametrize(
    "line",
    [
        "from factory.git.repo import Repo",
        "import factory.line.shift",
        "from factory.desk import writing",
        "def f():\n    from factory.line import inbox",
        "from factory import records",
    ],
)
def test_what_lies_below_is_seen(line: str) -> None:
    assert beyond(ast.parse(line))


@pytest.mark.parametrize("line", ["path.write_text('x')", "open('x', 'w')", "os.replace(a, b)", "shutil.rmtree(at)"])
def test_what_writes_is_seen(line: str) -> None:
    assert written(ast.parse(line))
