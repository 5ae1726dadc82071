"""The digest of the guards holds all that guards decide by."""

from __future__ import annotations

import ast
from pathlib import Path

from factory.records import judges

ROOT = Path(__file__).parents[2]


def imported(path: Path) -> set[str]:
    """Modules of this project that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("factory", "guards")}


def test_the_digest_covers_what_the_guards_import_and_what_that_imports() -> None:
    covered = {path for glob in judges.SOURCES for path in ROOT.glob(glob)}
    todo, seen = [path for path in covered if path.is_relative_to(ROOT / "guards")], set[Path]()
    while todo:
        path = todo.pop()
        if path in seen or path.name == "__main__.py":
            continue
        seen.add(path)
        names = (ROOT / name.replace(".", "/") for name in imported(path) if name != "factory.sandbox.process")
        todo += [at for name in names if (at := name.with_suffix(".py")).exists()]
    assert len(seen) > 40
    assert {str(path.relative_to(ROOT)) for path in seen - covered} == set()


def test_the_digest_is_a_short_word_and_the_same_again() -> None:
    assert judges.digest() == judges.digest()
    assert len(judges.digest()) == 32
