"""What is injected must run in the user's interpreter, whatever that is."""

from __future__ import annotations

import ast
import sys
from importlib.resources import files

import pytest

from factory.gate.observe import PARTS as LAID_OUT

PARTS = sorted(part.name for part in files("factory.injected").iterdir() if part.name.startswith("reporter"))


@pytest.mark.parametrize("part", PARTS)
def test_it_is_python_3_8_and_imports_only_the_standard_library_and_pytest(part: str) -> None:
    tree = ast.parse(files("factory.injected").joinpath(part).read_text(), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names) | {"pytest", "_pytest"}


@pytest.mark.parametrize("part", PARTS)
def test_its_own_assertions_are_never_rewritten(part: str) -> None:
    tree = ast.parse(files("factory.injected").joinpath(part).read_text())
    assert "PYTEST_DONT_REWRITE" in (ast.get_docstring(tree) or "")


def test_all_parts_are_laid_out() -> None:
    assert sorted(f"reporter{part}.py" for part in LAID_OUT) == PARTS
