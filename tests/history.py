"""Replays fixes that a project made in the past, each as a ticket of its own, by the default settings.

    python -m tests.history REPOSITORY COMMIT ... [--python PYTHON] [--with "PYTHONPATH=src"] [--terms 'max_lines = 900']

The commit's parent becomes main, its change the patch of a worker, and the test files that it touches the criterion:
red before, green after. A line a commit says what became of it. Nothing of the project is kept.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.tree import FILE, SUBMODULE, Entry
from guards.syntax.suite import is_collected
from tests.corpus.line import Ended, call, look

ROADMAP = """# Roadmap

| ticket | status | priority | risk | title | deps |
|---|---|---|---|---|---|
| D-1 | IN_PROGRESS | P2 | LOW | A fix of the past |  |

## D-1

```toml
{terms}
```
"""
LEDGER = """# Criteria

| AC | ticket | criterion | check | status | work |
|---|---|---|---|---|---|
| AC-1 | D-1 | The fix's own tests are green | `{check}` | OPEN |  |
"""
SETTINGS = """[workers.default]
kind = "patch"

[caps]
attempts = 1

[gate]
python = "{python}"
"""
TIERS = """doctor = ["{run} -m pytest --collect-only -q"]
fast = ["{run} -m pytest -q -x"]
regression = ["{run} -m pytest -q"]
"""


def replay(source: Repo, commit: str, at: Path, told: argparse.Namespace) -> Ended:
    """One fix as the only ticket of a new repository at `at`."""
    at.mkdir(parents=True)
    Repo.create(at)
    with Repo(at, durable=False) as repo:
        entries = {path: Entry(FILE, repo.store.write_blob(text)) for path, text in _tables(source, commit, told)}
        before = GitTree(source.store, f"{commit}^")
        for path, entry in before.entries().items():
            if entry.mode != SUBMODULE:
                entries.setdefault(path, Entry(entry.mode, repo.store.write_blob(before.read(path))))
        tree = repo.store.edit(None, entries)
        main = repo.store.write_commit(Commit(tree, (), "before the fix\n", 1_790_000_000))
        repo.move("refs/heads/main", main, None)
        repo.call("read-tree", "-m", "-u", main, cwd=at)
    code, printed = call(at, "run")
    with Repo(at) as repo:
        return look(repo, main, {"run": code}, printed)


def _tables(source: Repo, commit: str, told: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """What the factory wants of a repository, and the fix as a patch."""
    touched = [c.path for c in source.diff(f"{commit}^", commit) if c.new_mode and is_collected(c.path)]
    run = f"{told.prefix} python".strip()
    check = f"{run} -m pytest -q {shlex.join(touched)}"
    settings = SETTINGS.format(python=told.python) + (TIERS.format(run=run) if told.prefix else "")
    yield "D_ROADMAP.md", ROADMAP.format(terms=told.terms).encode()
    yield "AC_LEDGER.md", LEDGER.format(check=check).encode()
    yield "ssot/factory.toml", settings.encode()
    patch = source.call("diff-tree", "-p", "--binary", "--full-index", "--no-renames", f"{commit}^", commit)
    yield "ssot/patches/D-1/1.patch", patch
    for extra in told.extra:
        path, _, content = extra.partition("=")
        yield path, content.encode() + b"\n"


def main(words: list[str]) -> None:
    """Reads the words of a command line, and prints a line a commit."""
    told = _read(words)
    ends = []
    with Repo(told.repository) as source, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["HOME"] = folder
        for commit in told.commits:
            start = time.monotonic()
            ended = replay(source, commit, Path(folder, commit[:12]), told)
            ends.append(ended.state)
            why = "; ".join(ended.failed[:3]) or (ended.printed.strip() if ended.state == "MISTAKE" else "")
            end = f"{commit[:10]} {ended.state} {','.join(ended.layers)} {time.monotonic() - start:.0f} s {why}"
            sys.stdout.write(end.replace("\n", " ") + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"{ends.count('STAMPED')} of {len(ends)} stamped\n")


def _read(words: list[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.history", description=__doc__)
    reader.add_argument("repository", type=Path)
    reader.add_argument("commits", nargs="+", metavar="COMMIT")
    reader.add_argument("--python", default=sys.executable, help="the interpreter that has what the tests import")
    reader.add_argument(
        "--with", dest="prefix", default="", help="variables set before `python` in the gate's commands"
    )
    reader.add_argument("--terms", default="", help="further terms of the ticket, as TOML")
    reader.add_argument("--extra", action="append", default=[], metavar="PATH=TEXT", help="a generated file of main")
    return reader.parse_args(words)


if __name__ == "__main__":
    main(sys.argv[1:])
