"""Whole repositories with tickets, and the command run on them as a person would."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from factory import cli
from factory.repo import Repo
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

    def git(self, *args: str) -> str:
        with Repo(self.path) as repo:
            return repo.call(*args, cwd=self.path).decode("utf-8", "surrogateescape")

    def subjects(self, ref: str = "main") -> list[str]:
        return self.git("log", "--first-parent", "--format=%s", ref).splitlines()

    def commit(self, files: Mapping[str, str | bytes | None], text: str = "a person's commit") -> str:
        """Commit on main, and let the checkout follow as a person's own commit would."""
        with Repo(self.path) as repo:
            oid = put(repo, {p: c.encode() if isinstance(c, str) else c for p, c in files.items()}, text)
            if not repo.bare:
                repo.call("read-tree", "-m", "-u", oid, cwd=self.path)
            return oid

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


@pytest.fixture
def make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Shop]:
    """make("D-1 a title", ..., worker="...") -> a repository whose worker is that shell script."""

    def run_at(path: Path) -> Callable[..., Answer]:
        def run(*args: str) -> Answer:
            capsys.readouterr()
            with pytest.raises(SystemExit) as done:
                cli.main([*args, "--repo", str(path)])
            said = capsys.readouterr()
            return Answer(int(done.value.code or 0), said.out, said.err)

        return run

    def build(
        *rows: str, worker: str = RIGHT, settings: str = SETTINGS, files: Mapping[str, str] = {}, ledger: str = "",
        regression: str = "true\n",
    ) -> Shop:  # fmt: skip
        path = tmp_path / "shop"
        path.mkdir()
        Repo.create(path)
        shop = Shop(path, run_at(path))
        names = [row.split(" ")[0] for row in rows]
        shop.commit(
            {
                "D_ROADMAP.md": roadmap(*rows),
                "AC_LEDGER.md": ledger or criteria(*names),
                "ssot/factory.toml": settings,
                "tools/worker.sh": worker,
                "tools/regression.sh": regression,
                **files,
            },
            "a shop",
        )
        return shop

    return build


def executable(path: Path) -> None:
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
