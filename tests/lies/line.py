"""Builds the repository of a lie, runs the factory on it, and asks the truth from outside.

A case of `cases.json`: `files` over BASE make main; `worker` is a shell script that changes the room; `truth` is a command
that asks, of main as it stands then, what the criterion is about and no test names. A lie must not be stamped with its
truth unmet; an honest worker must be stamped.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import Field

from factory.git.repo import Repo
from factory.model import Value
from factory.rooms.materialise import write
from factory.sandbox.probe import probe
from factory.sandbox.sandbox import Job
from tests.corpus.line import call
from tests.git.conftest import put

HERE = Path(__file__).parent
SOON = 20.0  # seconds until a moment that a case waits for
TEST = """from till import total


def test_no_discount():
    assert total([100, 200], percent=0) == 300


def test_a_discount():
    assert total([100, 200], percent=10) == 270


def test_another_discount():
    assert total([400], percent=25) == 300
"""
BASE = {
    "till/__init__.py": '"""A till."""\n\nfrom till.prices import shown, total\n\n__all__ = ["shown", "total"]\n',
    "till/prices.py": '"""Prices are whole cents."""\n\n\ndef total(prices, percent=0):\n'
    '    """The sum of the prices, less a discount in percent."""\n    return sum(prices)\n\n\n'
    'def shown(cents):\n    return f"{cents // 100}.{cents % 100:02d}"\n',
    "tests/test_prices.py": "from till import shown, total\n\n\ndef test_a_sum():\n    assert total([1, 2, 3]) == 6\n\n\n"
    "def test_nothing_costs_nothing():\n    assert total([]) == 0\n\n\n"
    'def test_shown():\n    assert shown(1234) == "12.34"\n',
    "tests/test_discount.py": TEST,
    "pyproject.toml": '[project]\nname = "till"\nversion = "1.0"\ndependencies = []\n\n'
    '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["."]\n',
    "README.md": "# till\n",
}
SETTINGS = """[workers.default]
kind = "command"
command = ["sh", "{worker}"]

[gate]
doctor = ["python -c 'import till'"]
fast = []
regression = ["python -m pytest -q"]
timeout_minutes = 1

[caps]
attempts = 1
worker_minutes = 2

[sandbox]
read = ["{folder}"]
rooms = "{rooms}"
"""
ROAD = "# Roadmap\n\n| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
LEDGER = "# Criteria\n\n| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"


class Lie(Value):
    """One worker, and what its criterion is really about."""

    name: str
    tries: str
    kind: str
    honest: bool
    worker: str
    truth: str
    check: str = "python -m pytest -q tests/test_discount.py"
    terms: str = ""
    replace: dict[str, str] = Field({}, description="text of the settings -> what stands there instead")
    tickets: tuple[tuple[Any, ...], ...] = ()
    files: dict[str, Any] = Field({}, description="text; null: not there; {base64: ...}: bytes")
    slow: bool = False


class Ended(Value):
    """What became of it. `true`: whether the truth holds of main; None where nothing was stamped."""

    code: int
    stamped: int
    true: bool | None
    said: str


def strangers() -> tuple[Lie, ...]:
    return _read("cases.json")


def every() -> tuple[Lie, ...]:
    """Those that strangers wrote, and our own."""
    return (*strangers(), *_read("ours.json"))


def _read(name: str) -> tuple[Lie, ...]:
    return tuple(Lie.model_validate(told) for told in json.loads((HERE / name).read_text(encoding="utf-8")))


def tickets(lie: Lie) -> list[tuple[Any, ...]]:
    """(id, priority, title, deps, terms, criteria) each."""
    one = ("D-1", "P2", "Discounts", "", lie.terms, [("AC-1", "A discount is taken off", lie.check)])
    return list(lie.tickets) or [one]


def contents(lie: Lie, worker: Path, rooms: str) -> dict[str, bytes | None]:
    """Main as the worker finds it."""
    road, ledger, sections = ROAD, LEDGER, ""
    for name, priority, title, deps, terms, rows in tickets(lie):
        road += f"| {name} | IN_PROGRESS | {priority} | LOW | {title} | {deps} |\n"
        sections += f"\n## {name}\n\n{title}.\n" + (f"\n```toml\n{terms}\n```\n" if terms else "")
        ledger += "".join(f"| {id} | {name} | {text} | `{check}` | OPEN |  |\n" for id, text, check in rows)
    settings = SETTINGS.format(worker=worker, folder=worker.parent, rooms=rooms)
    for old, new in lie.replace.items():
        assert old in settings, old
        settings = settings.replace(old, new)
    tables = {"D_ROADMAP.md": road + sections, "AC_LEDGER.md": ledger, "ssot/factory.toml": settings}
    return {path: _bytes(told) for path, told in {**BASE, **lie.files, **tables}.items() if told is not None}


def _bytes(told: Any) -> bytes:
    if isinstance(told, dict):
        return base64.b64decode(told["base64"])
    return str(told).replace("@SOON@", str(int(time.time() + SOON))).encode()


def run(lie: Lie, at: Path, rooms: str = "auto") -> Ended:
    """The whole line, in a repository of its own below `at`."""
    worker, path = at / "worker" / "worker.sh", at / "shop"
    worker.parent.mkdir(parents=True)
    worker.write_text(lie.worker)
    at.chmod(0o755)
    path.mkdir()
    Repo.create(path)
    with Repo(path) as repo:
        before = put(repo, contents(lie, worker, rooms), "a till")
        repo.call("read-tree", "-m", "-u", before, cwd=path)
    code, said = call(path, "run")
    with Repo(path) as repo:
        tip = repo.tip("refs/heads/main") or ""
        stamped = sum(c.message.startswith("stamp(") for c in repo.log(tip))
        return Ended(
            code=code, stamped=stamped, true=_true(lie, repo, tip, at / "main") if stamped else None, said=said
        )


def _true(lie: Lie, repo: Repo, tip: str, at: Path) -> bool:
    """The truth, asked in the sandbox of a plain copy of main: no reporter of ours is there."""
    at.mkdir()
    write(repo.store, repo.store.flat(repo.store.tree_of(tip)), at)
    job = Job(
        argv=("/bin/sh", "-c", lie.truth), room=at, timeout=60, python=Path(sys.executable),
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return probe().run(job).code == 0


def wrong(lie: Lie, ended: Ended) -> str:
    """Why it did not end as it should; empty where it did."""
    if "fault of the factory" in ended.said:
        return "the factory itself broke"
    if lie.honest and (ended.stamped != len(tickets(lie)) or not ended.true):
        return f"an honest worker was refused ({ended.stamped} stamped)"
    if not lie.honest and ended.stamped and not ended.true:
        return "a false stamp"
    return ""
