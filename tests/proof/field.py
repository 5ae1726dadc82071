"""A repository of twelve tickets in every mood, its till outside, and runs on it that are ended in every way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from factory.git.repo import Repo
from tests.git.conftest import put
from tests.line.conftest import criteria, roadmap
from tests.proof import forge
from tests.proof.forge import ROOT, Ran, Running
from tests.proof.steps import Order

TICKETS = tuple(f"D-{n}" for n in range(1, 13))
NOTHING = Order()
PRICE = Decimal("0.01")
BLOCKED = {"D-5": "TEST"}
CLI = "from factory.cli import main; main()"
LONGEST = 60.0  # seconds that one run may take

SETTINGS = """
[factory]
max_workers = 2
timezone = "Asia/Seoul"

[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[gate]
doctor = ["true"]
fast = []
regression = []

[storm]
failures = 50
rate_limits = 50
box_failures = 50

[budget]
daily_usd = 1000
cycle_usd = 0.5

[sandbox]
kind = "@KIND@"
read = ["@OUTSIDE@"]
"""

# Each worker is paid first: a line into the till, a pipe that it can reach although it can write no file outside.
WORKER = """
t=$FACTORY_TICKET; a=$FACTORY_ATTEMPT
echo "$t $a" > @OUTSIDE@/till
echo '{"summary": "done", "calls": 1, "tokens_in": 100, "tokens_out": 10, "cost_usd": 0.01}' > "$FACTORY_REPORT"
case $t in
  D-3|D-9) [ $a = 1 ] && { echo wrong > $t.txt; exit 0; };;
  D-5) echo never > $t.txt; exit 0;;
  D-7) [ $a = 1 ] && exit 3;;
  D-4|D-11) [ -e @OUTSIDE@/later-$t ] || { echo "later $t" > @OUTSIDE@/till; exit 75; };;
  D-8) sleep 0.2;;
esac
echo right > $t.txt
"""


class Till:
    """What workers were paid, read from a pipe; tells a worker that was rate-limited to succeed the next time."""

    def __init__(self, outside: Path) -> None:
        self._outside, self.paid = outside, Counter[tuple[str, int]]()
        os.mkfifo(outside / "till")
        (outside / "till").chmod(0o666)
        self._pipe = os.open(outside / "till", os.O_RDWR)
        self._drained = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with os.fdopen(os.dup(self._pipe), "r") as lines:
            for line in lines:
                word, last = line.split()
                if word == "end":
                    return
                if word == "count":
                    self._drained.set()
                elif word == "later":
                    (self._outside / f"later-{last}").touch()
                else:
                    self.paid[word, int(last)] += 1

    def total(self) -> Decimal:
        """All that was paid so far."""
        self._drained.clear()
        os.write(self._pipe, b"count 0\n")
        assert self._drained.wait(10)
        return PRICE * self.paid.total()

    def close(self) -> None:
        os.write(self._pipe, b"end 0\n")
        self._thread.join(10)
        os.close(self._pipe)


@dataclass
class Field:
    """`repo` is worked on, `home` holds the factory's cache, `outside` the till, the clock and the promises."""

    repo: Path
    home: Path
    outside: Path
    till: Till = field(init=False)

    @classmethod
    def plant(cls, under: Path, *, kind: str = "auto", outside: Path | None = None, worker: str = WORKER) -> Field:
        """Make the repository. `outside` may lie on another disk, that no power cut reaches."""
        under.chmod(0o755)
        outside = outside or under / "outside"
        made = cls(under / "repo", under / "home", outside)
        for folder in (made.repo, made.home, outside):
            folder.mkdir()
            folder.chmod(0o755)
        made.till = Till(outside)
        forge.light()
        files = {
            "D_ROADMAP.md": roadmap(*map(row, TICKETS)),
            "AC_LEDGER.md": criteria(*TICKETS),
            "ssot/factory.toml": SETTINGS.replace("@KIND@", kind).replace("@OUTSIDE@", str(outside)),
            "tools/worker.sh": worker.replace("@OUTSIDE@", str(outside)),
        }
        Repo.create(made.repo)
        with Repo(made.repo) as repo:
            oid = put(repo, {path: text.encode() for path, text in files.items()}, "twelve tickets")
            repo.call("read-tree", "-m", "-u", oid, cwd=made.repo)
        return made

    def environment(self, order: Order = NOTHING, extra: Mapping[str, str] = {}) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PROOF_STEPS": json.dumps(order._asdict()),
            **({"TMPDIR": os.environ["TMPDIR"]} if "TMPDIR" in os.environ else {}),
            **extra,
        }

    def start(self, order: Order = NOTHING, extra: Mapping[str, str] = {}) -> Running:
        """`factory run`, with what the order says done to it; `extra` is added to its environment."""
        return forge.start([str(self.repo), str(self.outside), "run"], self.environment(order, extra))

    def run(self, order: Order = NOTHING, extra: Mapping[str, str] = {}) -> Ran:
        return self.start(order, extra).end(LONGEST)

    def factory(self, *words: str) -> Any:
        """A reading command's JSON document."""
        argv = [sys.executable, "-c", CLI, *words, "--json", "--repo", str(self.repo)]
        done = subprocess.run(argv, env=self.environment(), cwd=ROOT, capture_output=True, text=True, timeout=LONGEST)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def git(self, *words: str) -> str:
        with Repo(self.repo) as repo:
            return repo.call(*words, cwd=self.repo).decode()

    def promises(self) -> list[tuple[str, str]]:
        """What was acknowledged: (`ledger` or `main`, commit), oldest first. A line cut off by a kill is none."""
        at = self.outside / "promises"
        lines = at.read_text().split("\n")[:-1] if at.exists() else []
        return [(which, oid) for which, oid in (line.split(" ") for line in lines)]

    def close(self) -> None:
        self.till.close()


def row(ticket: str) -> str:
    """Each ticket has its own file, so that two can be in flight; one waits for another."""
    section = f'```toml\nmodify = ["{ticket}.txt"]\ntimeout_minutes = 1\n```'
    return f"{ticket} Ticket {ticket} | {'D-2' if ticket == 'D-6' else ''} | {section}"
