"""A command loads what it needs: `--help` and `status` start without models, parsers and the screen's library."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.sandbox import process
from tests.line.conftest import Shop
from tests.line.night import FAST

Make = Callable[..., Shop]
HEAVY = ("google", "rich", "ast_grep_py", "jscpd", "importlinter", "genai_prices", "textual", "tenacity", "httpx")
SCRIPT = """
import sys
from factory.cli import main
try:
    main(sys.argv[1:])
finally:
    print("MODULES " + " ".join(sorted({name.split(".")[0] for name in sys.modules})))
"""


def loaded(*args: str) -> set[str]:
    """The top-level modules that a command has loaded at its end."""
    root = Path(__file__).resolve().parents[2]
    done = process.run([sys.executable, "-c", SCRIPT, *args], cwd=root, env=dict(os.environ), timeout=60)
    assert done.code == 0, done
    said = done.stdout.decode().rpartition("MODULES ")[2]
    return set(said.split())


def test_help_loads_neither_git_nor_pydantic_nor_anything_heavy() -> None:
    found = loaded("--help")
    assert "typer" in found
    assert not found & {*HEAVY, "git", "pydantic", "tree_sitter", "tree_sitter_markdown", "guards", "asyncio"}


@pytest.mark.parametrize("command", ["status", "log", "verify", "dry"])
def test_a_reading_command_loads_nothing_heavy(make: Make, command: str) -> None:
    shop = make("D-1 A ticket")
    found = loaded(command, "--repo", str(shop.path))
    assert {"git", "pydantic"} <= found
    assert not found & set(HEAVY)


def test_what_parses_no_table_loads_no_parser(make: Make) -> None:
    shop = make("D-1 A ticket")
    assert not loaded("log", "--repo", str(shop.path)) & {"tree_sitter", "tree_sitter_markdown", *HEAVY}


@pytest.mark.parametrize("words", [["status"], ["log"], ["report"]])
def test_who_looks_at_what_was_tried_loads_no_judge(make: Make, words: list[str]) -> None:
    shop = make("D-1 One", worker="exit 1\n", settings=FAST)
    assert shop.run("run").code in (1, 3)  # it was tried
    assert "guards" not in loaded(*words, "--repo", str(shop.path))
