"""Makes the frozen repositories and their answers, as the code of the day writes them.

    python -m tests.frozen.make           both, anew: only when the wire forms change by intent
    python -m tests.frozen.make answers   the answers alone, from the bundles as they are

The clock stands still within a command, one thing happens at a time, and everybody has one name: the same code makes
the same commits.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.frozen.kit import HERE, MENDED, NAMES, RECORD, SIGNED, answer, answers, commit, git

ROOT = HERE.parents[1]
ALLOWED = "ssot/allowed_signers"
HOUR, DAY = 3600.0, 86_400.0
NINE = 1_767_603_600.0  # 2026-01-05 09:00 UTC
SETTINGS = """\
[factory]
timezone = "UTC"
max_workers = 1

[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[product]
paths = ["**"]

[gate]
doctor = ["true"]
fast = []
regression = ["sh tools/regression.sh"]

[caps]
attempts = 2

[cards]
first = "cards"

[sandbox]
kind = "none"
"""
PLAN = """\
goal: Index, tag, strike, patch and seal
sources: {code: "src/*.py", notes: "notes/*.txt"}
lanes:
  1: {name: scan, prio: A}
  2: {name: tag}
  3: strike
  4: {name: patch, worker: default}
  5: {name: test, worker: default, prio: C}
  7: verify
  8: {name: seal, prio: C}
rules:
  greet: {ast: "print($A)", fix: "log($A)"}
  marks: {regex: "X{3}", report: a mark was left}
cards:
  scan: {type: SCAN, lane: 1, source: code, accept: {schema: index, count: inputs}}
  tag: {type: TAG, lane: 2, after: scan, rules: [greet, marks], follow: strike, accept: {schema: tag}}
  check: {type: VERIFY, lane: 7, after: scan, per: all, accept: {schema: verify}}
  patch: {type: PATCH, lane: 4, source: notes, accept: {schema: {ok: boolean}}}
  test: {type: TEST, lane: 5, accept: {schema: {ok: boolean}, count: 1}}
follow:
  strike: {type: STRIKE, lane: 3, accept: {schema: strike}}
  report: {type: SEAL, lane: 8, after: strike, per: all, accept: {schema: seal, count: inputs}}
"""
NEXT_PLAN = """\
goal: Three programs of ours
sources: {code: "src/*.py"}
lanes: {5: {name: test, worker: default}}
cards:
  test: {type: TEST, lane: 5, source: code, accept: {schema: {ok: boolean}, count: 1}}
"""
# Wrong once, wrong for ever, refused by a server; the cards likewise.
WORKER = f"""{RECORD}
case "$FACTORY_TICKET#$FACTORY_ATTEMPT" in
D-002#1|D-003#*|D-007#1) echo wrong > "$FACTORY_TICKET.txt";;
D-004#*|D-007#2) exit 75;;
L4_PATCH_*#1) echo newer > notes/a.txt;;
L4_PATCH_*) echo new > notes/a.txt; record 20260105;;
L5_TEST_*) exit 1;;
*) echo right > "$FACTORY_TICKET.txt";;
esac
"""
HANGS = "sleep 20"  # longer than it takes to be found, and killed
KILLED_TICKET = WORKER.replace("D-004#*|D-007#2) exit 75", f"D-007#2) {HANGS}")
KILLED_CARD = WORKER.replace(
    "L5_TEST_*) exit 1",
    f"L5_TEST_000003#1) exit 1;;\nL5_TEST_000003#2) {HANGS};;\nL5_TEST_*) record 20260106",
)
TITLES = {
    "D-001": "Right at once",
    "D-002": "Wrong once",
    "D-003": "Never right",
    "D-005": "Waits for one that never comes",
    "D-006": "Taken back",
    "D-008": "Right as well",
    "D-009": "Proved by pytest",
    "D-004": "Put off",
    "D-007": "Wrong, then put off",
    "D-010": "Not released",
    "D-011": "Cancelled",
}
DEPS = {"D-005": "D-003", "D-011": "D-010"}
LATE = ("D-004", "D-007")
CHECKS = {"D-009": "python -m pytest -q tests/test_nine.py"}
NINTH = (
    "from pathlib import Path\n\n\ndef test_nine() -> None:\n    assert Path('D-009.txt').read_text() == 'right\\n'\n"
)


def _roadmap() -> str:
    rows = "".join(
        f"| {name} | {'PLANNED' if name == 'D-010' else 'IN_PROGRESS'} | {'P3' if name in LATE else 'P2'} | LOW "
        f"| {title} | {DEPS.get(name, '')} |\n"
        for name, title in TITLES.items()
    )
    return f"# Roadmap\n\n| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n{rows}"


def _criteria() -> str:
    rows = "".join(
        f"| AC-{name[2:]}-1 | {name} | it is right | `{CHECKS.get(name, f'grep -q right {name}.txt')}` | OPEN |  |\n"
        for name in TITLES
    )
    return f"# Criteria\n\n| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n{rows}"


FILES = {
    "D_ROADMAP.md": _roadmap(),
    "AC_LEDGER.md": _criteria(),
    "ssot/factory.toml": SETTINGS,
    "ssot/plans/dayplan_20260105.yaml": PLAN,
    "tools/worker.sh": WORKER,
    "tools/regression.sh": "! grep -q newer notes/a.txt\n",
    "tests/test_nine.py": NINTH,
    "notes/a.txt": "old\n",
    "src/a.py": "print('a')\n# XXX\n",
    "src/b.py": "print('b')\n",
    "src/c.py": "pass\n",
}


def command(at: Path, words: str, now: float) -> subprocess.Popen[bytes]:
    """A command as a process of its own, with the clock standing at a time."""
    code = f"from tests.frozen.kit import at_time, cli\nwith at_time({now}):\n cli.main({[*words.split(), '--repo', str(at)]})"
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)


def until(holds: Callable[[], object], run: subprocess.Popen[bytes]) -> None:
    while not holds():
        assert run.poll() is None, "it ended before its time"
        time.sleep(0.02)


def events(at: Path) -> str:
    return git(at, "log", "--first-parent", "--format=%s", "factory/ledger")


def day(at: Path) -> None:
    """A whole day: cards, three halves of tickets, a stop while a server refuses, and what an operator says."""
    git(at.parent, "init", "-q", "-b", "main", str(at))
    commit(at, FILES, "a shop")
    print(answer(at, "run --tickets 3", NINE))
    with command(at, "run", NINE + HOUR) as run:
        until(lambda: {"later(D-004", "later(D-007"} <= {line[:11] for line in events(at).splitlines()}, run)
        print(answer(at, "stop", NINE + 2 * HOUR))
    print(answer(at, "resume", NINE + 2 * HOUR))
    print(answer(at, "rewind D-006", NINE + 3 * HOUR))
    print(answer(at, "cancel D-011", NINE + 4 * HOUR))


def killed(at: Path, files: dict[str, str], last: str) -> None:
    """The next morning's run, killed once it told that event last, and the worker works."""
    commit(at, files, "the next morning")
    with command(at, "run", NINE + DAY) as run:
        until(lambda: events(at).splitlines()[0].startswith(last), run)
        time.sleep(1)  # the plan is committed, and its worker started
        run.kill()


def signed(at: Path) -> None:
    """A ticket and cards, stamped by a factory that has a key."""
    git(at.parent, "init", "-q", "-b", "main", str(at))
    commit(at, FILES | {"tools/worker.sh": MENDED}, "a shop")
    answer(at, "init", NINE)
    allowed = (at / ALLOWED).read_text()
    git(at, "clean", "-qfd")
    commit(at, {ALLOWED: allowed}, "who may sign")
    print(answer(at, "run", NINE))


def bundle(at: Path, *more: str) -> None:
    git(at, "gc", "-q", "--prune=now")
    git(at, "bundle", "create", "-q", str(HERE / f"{at.name}.bundle"), "--all", *more)


def make(folder: Path) -> None:
    """The day first; both kills happen on copies of it."""
    first, ticket, card = (folder / name for name in NAMES)
    day(first)
    shutil.copytree(first, ticket)
    shutil.copytree(first, card)
    killed(ticket, {"tools/worker.sh": KILLED_TICKET}, "reserve(D-007#2)")
    killed(
        card,
        {"tools/worker.sh": KILLED_CARD, "ssot/plans/dayplan_20260106.yaml": NEXT_PLAN},
        "reserve(L5_TEST_000003#2)",
    )
    signed(folder / SIGNED)
    bundle(folder / SIGNED)
    bundle(first)
    known = [f"^{oid}" for oid in git(first, "for-each-ref", "--format=%(objectname)").split()]
    for at in (ticket, card):
        bundle(at, *known)  # on top of the day's


if __name__ == "__main__":
    for key in [k for k in os.environ if k.startswith(("GIT_", "GEMINI", "XDG"))]:
        del os.environ[key]
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        if sys.argv[1:] != ["answers"]:
            make(Path(home))
        for name in (*NAMES, SIGNED):
            (HERE / f"{name}.txt").write_text(answers(name, Path(home, f"{name}-again")))
