"""The line as its two trades see it: a few items to do, a scripted worker, and what became of each.

A scenario is written once and told of every trade that can meet it. It asks by the command line, the ledger and git.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.line.conftest import Answer, Shop, criteria, roadmap
from tests.line.night import PATIENCE, Run, running

DAY = "20260105"
PLAN_AT = f"ssot/plans/dayplan_{DAY}.yaml"
SETTINGS = """
[factory]
timezone = "UTC"

[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[product]
paths = ["**"]

[gate]
doctor = ["true"]
fast = []
regression = ["sh tools/regression.sh"]

[sandbox]
kind = "none"
"""
PLAN = """\
goal: A card for each file
sources: {code: "src/*.txt"}
lanes: {1: {name: work, worker: default}}
cards:
  work: {type: @TYPE@, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}}
"""
# `right` and `wrong` write what the item asks for, and what it does not. $N is the item's number. The first one waits
# for a file that a test takes away.
PRELUDE = """
N=$(expr "$FACTORY_TICKET" : '.*[^0-9]0*\\([1-9][0-9]*\\)$')
echo "$N" >> "@AT@/begun"
if [ "$N" = 1 ] && [ -e "@AT@/hold" ] && [ ! -e "@AT@/go" ]; then
  touch "@AT@/go.waits"; n=0; while [ ! -e "@AT@/go" ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done
fi
"""
RECORD = f"mkdir -p output/{DAY}; echo '{{\"ok\": %s}}' > output/{DAY}/$FACTORY_TICKET.jsonl"


@dataclass(frozen=True)
class Trade:
    """One kind of item: how it is called, what it writes, and how a worker does it well or badly."""

    word: str
    ids: str
    own: str  # the path that item {n} writes
    right: str
    wrong: str

    @property
    def is_card(self) -> bool:
        return self.word != "ticket"

    def files(self, count: int) -> dict[str, str]:
        """What a repository holds that has so many of them to do."""
        found = {f"src/{n}.txt": "old\n" for n in range(1, count + 1)}
        rows = [self.ids.format(n=n) for n in range(1, count + 1)] if not self.is_card else []
        found |= {"D_ROADMAP.md": roadmap(*(f"{row} A ticket" for row in rows)), "AC_LEDGER.md": criteria(*rows)}
        return found | ({PLAN_AT: PLAN.replace("@TYPE@", self.word.upper())} if self.is_card else {})


TRADES = {
    "ticket": Trade("ticket", "D-{n}", "D-{n}.txt", "echo right > D-$N.txt", "echo wrong > D-$N.txt"),
    "card": Trade(
        "test", "L1_TEST_{n:06}", f"output/{DAY}/L1_TEST_{{n:06}}.jsonl", RECORD % "true", RECORD % "1",
    ),
    "patch": Trade(
        "patch", "L1_PATCH_{n:06}", "src/{n}.txt", f"{RECORD % 'true'}; echo new > src/$N.txt",
        f"{RECORD % 'true'}; echo broken > src/$N.txt",
    ),
}  # fmt: skip


@dataclass
class Line:
    """A repository with items of one trade."""

    shop: Shop
    trade: Trade
    at: Path  # where the worker leaves word, outside of the repository
    ids: list[str] = field(default_factory=list)

    @property
    def go(self) -> Path:
        """What the first item's worker waits for, where a test holds it."""
        return self.at / "go"

    def run(self, *words: str) -> Answer:
        return self.shop.run(*(words or ("run",)))

    def facts(self) -> list[dict[str, Any]]:
        """What `status --json` says of each item, in order."""
        told = self.run("status", "--json").json
        found = told["cards"]["cards"] if self.trade.is_card else told["tickets"]
        return [found[name] for name in self.ids]

    def states(self) -> list[str]:
        return [item["state"] for item in self.facts()]

    def begun(self) -> list[int]:
        """The numbers of the items whose worker was started, as often as it was."""
        log = self.at / "begun"
        return sorted(map(int, log.read_text().split())) if log.exists() else []

    def stamped(self) -> list[str]:
        """The items that main's stamps name, oldest first."""
        subjects = (line for line in reversed(self.shop.subjects()) if line.startswith("stamp("))
        return [name for line in subjects for name in self.ids if name in line]

    def own(self, n: int = 1) -> str:
        return self.trade.own.format(n=n)

    def evidence(self, ref: str, name: str, n: int = 1) -> str:
        """A file of the pack of item n, in an evidence commit."""
        folder = f".factory/cards/{self.ids[n - 1]}" if self.trade.is_card else ".factory"
        return self.shop.read(f"{folder}/{name}", ref)

    def scripted(self, worker: str) -> str:
        """The worker that does this, after what all of them do."""
        head = PRELUDE.replace("@AT@", str(self.at))
        return f"{head}right() {{ {self.trade.right}; }}\nwrong() {{ {self.trade.wrong}; }}\n{worker}\n"

    def sound(self) -> None:
        """Every stamp is good, also when its gate is run again, and the records agree."""
        for words in (("verify", "--rerun"), ("check-consistency",)):
            answer = self.run(*words)
            assert answer.code == 0, answer.out

    def live(self) -> AbstractContextManager[Run]:
        """A run as a process of its own, met while it works on the first item."""
        (self.at / "hold").touch()
        return running(self.shop, self.go)

    def run_while(self, act: Callable[[], object], *words: str) -> Answer:
        """A run; this happens while the first item is worked on."""
        (self.at / "hold").touch()
        happened = list[object]()

        def meanwhile() -> None:
            deadline = time.monotonic() + PATIENCE
            while not Path(f"{self.go}.waits").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            try:
                happened.append(act())
            finally:
                self.go.touch()

        beside = threading.Thread(target=meanwhile)
        beside.start()
        answer = self.run(*words)
        beside.join(PATIENCE)
        assert happened, answer
        return answer

    def run_and_kill(self) -> None:
        """A run that is killed while the first item is worked on."""
        with self.live() as run:
            run.send(signal.SIGKILL)
            run.ends()
        self.go.touch()


def every(*names: str, **faults: str) -> pytest.MarkDecorator:
    """The scenario for these trades, or for all; a fault is what one of them is known to do wrong."""
    told = [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=faults[name])) if name in faults else name
        for name in names or TRADES
    ]
    return pytest.mark.parametrize("trade", told, indirect=True)
