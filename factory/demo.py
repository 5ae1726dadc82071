"""`factory demo`: a small real repository, twelve tickets, and what the factory makes of them."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from factory.demo_shop import JOBS, DemoEdit
from factory.desk.snapshot import read
from factory.desk.status import as_text
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.line import shift
from factory.line.house import Tell
from factory.line.opening import open_house
from factory.operator.init import template
from factory.plain import many
from factory.tree import FILE, Entry

MODULES = ("text", "money", "stats")
Print = Callable[[str], None]
Beside = Callable[[Path], AbstractContextManager[Callable[[], None] | None]]


def demo(
    show: Print, tell: Tell, environ: Mapping[str, str], keep: Path | None, beside: Beside = lambda _: nullcontext(None)
) -> None:
    """Make the repository, run the factory on it, show what came of it. Without `keep` it is removed again.

    `beside`: what goes on beside the run, and what is waited for at the end."""
    folder = keep or Path(tempfile.mkdtemp(prefix="factory-demo-"))
    home = Path(tempfile.mkdtemp(prefix="factory-demo-home-"))
    try:
        make_shop(folder)
        show(f"A small shop with bugs, and twelve tickets, in {folder}. The workers replay changes that someone wrote.")
        with beside(folder) as wait:
            with open_house(folder, {**environ, "XDG_CACHE_HOME": str(home)}, say=tell) as house:
                ended = shift.run(house)
            _show(show, folder, ended, house.clock.now())
            if wait:
                wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _show(show: Print, folder: Path, ended: shift.ShiftEnd, now: float) -> None:
    with Repo(folder) as repo:
        show("")
        show(as_text(read(repo, now)))
        show("")
        show("What git says (git log --first-parent --oneline main):")
        show(repo.call("log", "--first-parent", "--format=%h %s", "main").decode("utf-8", "replace").rstrip())
    show("")
    show(f"{ended.stamped} stamped, {many(ended.failed, 'attempt')} failed.")
    show("`factory demo --keep DIR` leaves the repository; there, look further:")
    for line in (
        "factory-out/today.html                        # the day, to open by a double click; today.md, today.ko.md",
        "factory-out/runs/*/why/D-010-3.md             # why an attempt failed, and what to do",
        "factory serve --open                          # the console in a browser (the extra `console`)",
        "factory verify                                # every stamp, from git alone",
        "factory log D-009                             # wrong, then right",
        "git show factory/ledger:factory.json          # how the factory stands",
        "git log --first-parent --format='%s%n%(trailers)' main",
    ):
        show(f"    {line}")


def make_shop(folder: Path) -> None:
    """A repository with one commit on main: a library with bugs, tests, two tables, and the changes to replay."""
    folder.mkdir(parents=True, exist_ok=True)
    Repo.create(folder)
    with Repo(folder) as repo:
        store = repo.store
        tree = store.edit(None, {p: Entry(FILE, store.write_blob(c.encode())) for p, c in _files()})
        commit = store.write_commit(Commit(tree, (), "feat: a small shop\n", 1_790_000_000))
        repo.move("refs/heads/main", commit, None)
        repo.call("read-tree", "-m", "-u", commit, cwd=folder)


def _files() -> Iterator[tuple[str, str]]:
    yield "shop/__init__.py", ""
    yield "conftest.py", ""
    for name in MODULES:
        yield f"shop/{name}.py", template(f"demo/{name}.py")
        yield f"tests/test_{name}.py", template(f"demo/test_{name}.py")
    yield "README.md", "# A small shop\n"
    yield "D_ROADMAP.md", _roadmap()
    yield "AC_LEDGER.md", _ledger()
    yield "ssot/factory.toml", '[workers.default]\nkind = "patch"\n'
    for ticket, job in JOBS.items():
        for number, edits in enumerate(job.attempts, 1):
            yield f"ssot/patches/{ticket}/{number}.patch", "".join(map(_patch, edits))


def _roadmap() -> str:
    rows = "".join(f"| {id} | IN_PROGRESS | {j.priority} | LOW | {j.title} | {j.deps} |\n" for id, j in JOBS.items())
    return f"# Roadmap\n\n| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n{rows}"


def _ledger() -> str:
    rows = "".join(
        f"| AC-{id[2:]}-1 | {id} | {job.title} | `python -m pytest -q tests/{job.check}` | OPEN |  |\n"
        for id, job in JOBS.items()
    )
    head = "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"
    return f"# Acceptance criteria\n\n{head}{rows}"


def _patch(edit: DemoEdit) -> str:
    before = dict(_plain()).get(edit.path, "")
    after = before.replace(edit.old, edit.new, 1) if edit.old else before + edit.new
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{edit.path}", f"b/{edit.path}"
    )
    return "".join(lines)


def _plain() -> Iterator[tuple[str, str]]:
    for name in MODULES:
        yield f"shop/{name}.py", template(f"demo/{name}.py")
