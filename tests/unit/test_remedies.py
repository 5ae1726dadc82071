"""What a red main says is mended is what is wrong: packages, a repository, a file outside of git, a test that waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory.gate.absent import absent, remedy, untracked
from factory.gate.failures import gist
from factory.sandbox.sandbox import Toolchains
from factory.tree import MemoryTree

GO = """\
# github.com/google/uuid [github.com/google/uuid.test]
./iszero_test.go:9:16: in.IsZero undefined (type UUID has no field or method IsZero)
FAIL	github.com/google/uuid [build failed]
FAIL
"""
HELD = MemoryTree({"tools/worker.sh": ""})


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("warning: Not a git repository. Use --no-index to compare two paths\n", "diff -r"),
        ("fatal: not a git repository (or any of the parent directories): .git\n", "diff -r"),
        ("error: no matching package named `serde_core` found\n", "cargo fetch"),
        ("a.go:3:8: module lookup disabled by GOPROXY=off\n", "go mod download"),
        ("a.go:3:8: missing go.sum entry for module providing package x\n", "go mod download"),
        ("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'uvu' imported from /room/a.js\n", "setup"),
        ("Error: Cannot find module 'esm'\n", "setup"),
        ("Error: Cannot find module './money'\n", ""),
        ("[warn] D_ROADMAP.md\n[warn] Code style issues found\n", ".prettierignore"),
        ("[warn] src/a.md\n", ""),
        ("/x/python: No module named pytest\n", "-m pip install pytest"),
        ("1 != 2\n", ""),
    ],
)
def test_a_cause_that_is_known_is_mended_by_its_own_remedy(printed: str, said: str) -> None:
    assert said in remedy(printed)
    assert bool(remedy(printed)) == bool(said)


def test_what_a_compiler_of_go_says_is_the_gist() -> None:
    assert gist(GO) == "./iszero_test.go:9:16: in.IsZero undefined (type UUID has no field or method IsZero)"


@pytest.mark.parametrize(
    "printed",
    ["sh: 1: cannot open tools/D-2.patch: No such file", "cat: tools/D-2.patch: No such file or directory",
     "python3: can't open file '/room/tools/D-2.patch': [Errno 2] No such file or directory"],
)  # fmt: skip
def test_a_file_that_git_does_not_have_is_named(printed: str, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    assert untracked(printed, tmp_path, HELD) == ""
    (tmp_path / "tools/D-2.patch").write_text("")
    assert untracked(printed, tmp_path, HELD) == (
        "`tools/D-2.patch` is in your folder and not in git, so no room has it: commit it, or where git is to ignore it, "
        "name it in `generated` under [sandbox] in ssot/factory.toml (a secret in neither)"
    )
    assert untracked(printed, tmp_path, MemoryTree({"tools/D-2.patch": ""})) == ""
    assert untracked(printed.replace("D-2.patch", "../tools/D-2.patch"), tmp_path, HELD) == ""
    assert untracked(printed, None, HELD) == ""
    assert untracked("tools/D-2.patch is fine", tmp_path, HELD) == ""


def test_a_program_of_node_modules_is_named_with_what_brings_it(tmp_path: Path) -> None:
    (tmp_path / "node_modules/.bin").mkdir(parents=True)
    (tmp_path / "node_modules/.bin/uvu").write_text("")
    said = absent("sh: 1: uvu: not found", {"PATH": "/usr/bin"}, Toolchains(), tmp_path)
    assert said.startswith("`uvu` is in node_modules, which a room does not have: let `setup` under [gate] fetch")
    assert "not on this machine's PATH" in absent("sh: 1: uvu: not found", {"PATH": "/usr/bin"}, Toolchains())
