"""Whole repositories with tickets, and the command run on them as a person would."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from factory import cli
from factory.git.repo import Repo
from tests.git.conftest import put

SETTINGS = """
[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[gate]
doctor = ["true"]
fast = []
regression = ["sh tools/regression.sh"]
"""


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Shop:
    """A repository under the factory. Each ticket's check is that a file of its name says `right`."""

    path: Path
    run: Callable[..., Answer]

    def main(self) -> str:
        with Repo(self.path) as repo:
            return repo.tip("refs/heads/main") or ""

    def git(self, *args: str, **env: str) -> str:
        with Repo(self.path) as repo:
            return repo.call(*args, cwd=self.path, **env).decode("utf-8", "surrogateescape")

    def subjects(self, ref: str = "main") -> list[str]:
        return self.git("log", "--first-parent", "--format=%s", ref).splitlines()

    def commit(self, files: Mapping[str, str | bytes | None], text: str = "a person's commit") -> str:
        """Commit on main, and let the checkout follow as a person's own commit would."""
        with Repo(self.path) as repo:
            oid = put(repo, {p: c.encode() if isinstance(c, str) else c for p, c in files.items()}, text)
            if not repo.bare:
                repo.call("read-tree", "-m", "-u", oid, cwd=self.path)
            return oid

    def release(self, row: str, check: str = "grep -q right {0}.txt") -> str:
        """A person's commit that brings one more ticket, released."""
        name = row.split(" ")[0]
        table = roadmap(row).splitlines()[4]
        files = {
            "D_ROADMAP.md": self.read("D_ROADMAP.md").rstrip("\n") + f"\n{table}\n",
            "AC_LEDGER.md": self.read("AC_LEDGER.md").rstrip("\n")
            + "\n"
            + criteria(name, check=check).splitlines()[2]
            + "\n",
        }
        return self.commit(files, f"release {name}")

    def read(self, path: str, ref: str = "refs/heads/main") -> str:
        with Repo(self.path) as repo:
            content = repo.store.file(ref, path)
            assert content is not None, path
            return content.decode()


def roadmap(*rows: str) -> str:
    """`D-1 title` or `D-1 title | deps | section`."""
    table, sections = "", ""
    for row in rows:
        name, _, rest = row.partition(" ")
        title, deps, section = ([p.strip() for p in rest.split("|", 2)] + ["", ""])[:3]
        table += f"| {name} | IN_PROGRESS | P2 | LOW | {title} | {deps} |\n"
        sections += f"\n## {name}\n\n{section}\n" if section else ""
    head = "# Roadmap\n\n| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
    return head + table + sections


def criteria(*tickets: str, check: str = "grep -q right {0}.txt") -> str:
    rows = "".join(f"| AC-{t}-1 | {t} | it is right | `{check.format(t)}` | OPEN |  |\n" for t in tickets)
    return f"| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n{rows}"


RIGHT = 'echo right > "$FACTORY_TICKET.txt"\n'


def contents(
    *rows: str, worker: str = RIGHT, settings: str = SETTINGS, files: Mapping[str, str | bytes] = {}, ledger: str = "",
    regression: str = "true\n", planned: Iterable[str] = (),
) -> dict[str, str | bytes]:  # fmt: skip
    """The files of a shop with these tickets; `planned` are not released."""
    table = roadmap(*rows)
    for name in planned:
        table = table.replace(f"| {name} | IN_PROGRESS", f"| {name} | PLANNED")
    return {
        "D_ROADMAP.md": table,
        "AC_LEDGER.md": ledger or criteria(*[row.split(" ")[0] for row in rows]),
        "ssot/factory.toml": settings,
        "tools/worker.sh": worker,
        "tools/regression.sh": regression,
        **files,
    }


def build(
    path: Path, *rows: str, run: Callable[..., Answer] | None = None, algorithm: str = "sha1", **kinds: Any
) -> Shop:
    """A repository at a path, its files committed on main and checked out."""
    path.mkdir()
    Repo.create(path, algorithm=algorithm)
    shop = Shop(path, run or _cannot_run)
    shop.commit(contents(*rows, **kinds), "a shop")
    return shop


def _cannot_run(*_: str) -> Answer:
    raise AssertionError("this shop was built without a command")


@pytest.fixture
def at(capsys: pytest.CaptureFixture[str]) -> Callable[[Path], Shop]:
    """at(path) -> the repository there, with the command run in this process."""

    def shop_at(path: Path) -> Shop:
        def run(*args: str) -> Answer:
            capsys.readouterr()
            with pytest.raises(SystemExit) as done:
                cli.main([*args, "--repo", str(path)])
            said = capsys.readouterr()
            return Answer(int(done.value.code or 0), said.out, said.err)

        return Shop(path, run)

    return shop_at


@pytest.fixture
def make(tmp_path: Path, at: Callable[[Path], Shop]) -> Callable[..., Shop]:
    """make("D-1 a title", ..., worker="...") -> a repository whose worker is that shell script."""

    def make_shop(*rows: str, **kinds: Any) -> Shop:
        path = tmp_path / "shop"
        return build(path, *rows, run=at(path).run, **kinds)

    return make_shop


def executable(path: Path) -> None:
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
