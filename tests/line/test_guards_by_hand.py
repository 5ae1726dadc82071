"""The guards by hand and in a commit's hook: what they look at is what a person wrote and is about to commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.names import uninstalled
from factory.git.repo import Repo
from tests.line.conftest import Shop, executable

At = Callable[[Path], Shop]
DONE = "| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n| D-1 | DONE | P1 | LOW | x |  |\n"
HOOK = f"#!/bin/sh\nexec {sys.executable} -m guards ssot_docs --staged\n"


@pytest.fixture
def new(at: At, tmp_path: Path) -> Shop:
    """A repository without a commit."""
    (tmp_path / "new").mkdir()
    Repo.create(tmp_path / "new")
    return at(tmp_path / "new")


def git(shop: Shop, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    identity = ("-c", "user.name=p", "-c", "user.email=p@example.com", "-C", str(shop.path))
    return subprocess.run(["git", *identity, *words], capture_output=True, text=True, env=env)


def test_a_hook_judges_what_is_staged_and_nothing_that_lies_about(new: Shop) -> None:
    for path in ("fine.txt", "other.txt"):
        (new.path / path).write_text("fine\n")
    hook = new.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    executable(hook)
    table = new.path / "D_ROADMAP.md"
    table.write_text(DONE)
    git(new, "add", "fine.txt")
    assert (new.run("guard", "ssot_docs").code, new.run("guard", "ssot_docs", "--staged").code) == (1, 0)
    first = git(new, "commit", "-qm", "the first commit, and a wrong table beside it")
    assert first.returncode == 0, first

    git(new, "add", "D_ROADMAP.md")
    table.unlink()
    assert (new.run("guard", "ssot_docs").code, new.run("guard", "ssot_docs", "--staged").code) == (0, 1)
    refused = git(new, "commit", "-qm", "the wrong table")
    assert refused.returncode == 1
    assert "D_ROADMAP.md:3: ssot_docs: " in refused.stdout + refused.stderr
    git(new, "add", "-N", "other.txt")
    part = git(new, "commit", "-qm", "only this one, of an index of its own", "other.txt")
    assert part.returncode == 0, part


def test_what_was_installed_in_a_checkout_is_nobodys_work(new: Shop) -> None:
    made = ("v/pyvenv.cfg", "v/bin/activate", "v/lib/python3.12/site-packages/a.py", "web/node_modules/b/c.js")
    own = ("lib/site.py", "node_module.js", "v.py", "web/vendor/x.js")
    assert list(uninstalled((*made, *own, "c/conda-meta/history", "c/bin/x", "lib/site-packages/x.py"))) == [*own]
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 4 + "\n"
    for path in (*made, "keep/node_modules/k.js"):
        at = new.path / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(key)
    git(new, "add", "keep")
    done = new.run("guard", "secrets")
    assert (done.code, [line.split(":")[0] for line in done.out.splitlines()]) == (
        1,
        ["keep/node_modules/k.js", "secrets"],
    )


def test_a_rule_can_be_looked_up_where_there_is_no_repository_and_an_unknown_one_says_where_to_look(
    at: At, tmp_path: Path
) -> None:
    nowhere = at(tmp_path)
    told = nowhere.run("guard", "--explain", "reach/asks-the-runner")
    assert told.code == 0
    for words in (
        "forbids: ",
        "why: ",
        "refused, TAMPER:\n    shop/__init__.py\n    +import sys\n",
        "let pass:\n    shop/",
    ):
        assert words in told.out
    listed = nowhere.run("guard", "--explain", "tests_kept")
    assert [line.partition(":")[0] for line in listed.out.splitlines()][:2] == ["tests_kept/gone", "tests_kept/excused"]
    (rule,) = json.loads(nowhere.run("guard", "--explain", "size/lines", "--json").out)
    assert set(rule) == {"rule", "forbids", "why", "bad", "good"}
    unknown = nowhere.run("guard", "--explain", "reach/asks")
    assert unknown.code == 2
    assert "there is no rule or guard 'reach/asks'" in unknown.err
    assert unknown.err.count("\n") == 1
