"""A whole night in a minute: 120 tickets, and everything that can go wrong in one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.records.halves import Half, faults
from tests.git.conftest import put
from tests.line.conftest import Shop

Make = Callable[..., Shop]

SETTINGS = """
[factory]
max_workers = 3
timezone = "Asia/Seoul"

[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[gate]
doctor = ["true"]
fast = []
regression = ["true"]

[storm]
failures = 20
rate_limits = 20
box_failures = 6

[budget]
daily_usd = 1000
cycle_usd = 0.5

[sandbox]
kind = "none"
"""

NEVER = (5, 23, 41, 59, 77, 95)
# The ticket's number chooses what its worker does. The never right ones (5 %) lie in back halves, so that no front
# half keeps its back half from being dealt: then 120 tickets are 20 boxes and 40 checkpoints exactly.
WORKER = """
n=${FACTORY_TICKET#D-}; a=$FACTORY_ATTEMPT; f=$FACTORY_TICKET.txt
printf '{"summary": "ticket %s", "calls": 1, "tokens_in": 100,' $n > "$FACTORY_REPORT"
echo ' "tokens_out": 10, "cost_usd": 0.01}' >> "$FACTORY_REPORT"
case $n in
  5|23|41|59|77|95) echo never > $f; exit 0;;
  7) [ $a = 1 ] && sleep 60; echo right > $f; exit 0;;
  8) [ $a = 1 ] && { yes | head -c 30000000; }; echo right > $f; exit 0;;
  9) sleep 300 & echo right > $f; exit 0;;
esac
if [ $((n % 10)) = 3 ] && [ ! -e "@SEEN@/$n" ]; then : > "@SEEN@/$n"; exit 75; fi
if [ $((n % 5)) = 0 ] && [ $a = 1 ]; then echo wrong > $f; exit 0; fi
echo right > $f
"""


def row(n: int) -> str:
    section = f'```toml\nmodify = ["D-{n}.txt"]\ntimeout_minutes = {0.05 if n == 7 else 1}\n```'
    return f"D-{n} Ticket {n} |  | {section}"


class Night:
    """Runs of the launcher on one repository."""

    def __init__(self, shop: Shop, kept: Path) -> None:
        self.shop, self.kept = shop, kept
        self.env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        self.lines: list[str] = []

    def run(self, until: Callable[[list[str]], bool] = lambda _: False, end: int = signal.SIGKILL) -> int:
        """A run to its end, or until the lines that it prints say enough: then it is sent the signal."""
        argv = [sys.executable, "-m", "tests.night.launch", str(self.shop.path), str(self.kept)]
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, text=True, env=self.env, cwd=Path(__file__).parents[2]
        ) as run:
            assert run.stdout is not None
            seen: list[str] = []
            for line in run.stdout:
                seen.append(line)
                self.lines.append(line)
                if until(seen):
                    run.send_signal(end)
                    until = lambda _: False  # noqa: E731
            return run.wait(timeout=120)


def stamps(lines: list[str]) -> int:
    return sum(": stamped " in line for line in lines)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("tickets", [12, pytest.param(120, marks=pytest.mark.prove)])
def test_a_night_ends_with_every_ticket_done_or_blocked_and_its_true_reason(
    tickets: int, make: Make, tmp_path: Path
) -> None:
    some = tickets // 5
    never = [f"D-{n}" for n in NEVER if n < tickets]
    seen = tmp_path / "seen"
    seen.mkdir()
    shop = make(*map(row, range(tickets)), worker=WORKER.replace("@SEEN@", str(seen)), settings=SETTINGS)
    night = Night(shop, tmp_path / "slept")

    assert night.run(lambda lines: stamps(lines) >= some) == -signal.SIGKILL
    with Repo(shop.path) as repo:  # a person pushes while nobody runs, and once more while somebody does
        put(repo, {"person.txt": b"one\n"}, "a person's commit")
        repo.call("read-tree", "-m", "-u", "main~1", "main", cwd=shop.path)
    assert night.run(lambda lines: stamps(lines) >= some) == -signal.SIGKILL
    assert night.run(lambda lines: stamps(lines) >= some, signal.SIGTERM) == 3
    assert night.run() == 1

    status = shop.run("status", "--json").json
    assert status["counts"] == {"PENDING": 0, "INFLIGHT": 0, "DONE": tickets - len(never), "BLOCKED": len(never)}
    blocked = {t: s["triage"] for t, s in status["tickets"].items() if s["state"] == "BLOCKED"}
    assert blocked == dict.fromkeys(never, "TEST")
    assert sum(s.startswith("stamp(") for s in shop.subjects()) == tickets - len(never)
    assert (
        shop.run("verify", "--json").json.items()
        >= {"stamps": tickets - len(never), "ok": tickets - len(never), "bad": []}.items()
    )
    assert shop.git("fsck", "--strict", "--no-dangling") == ""
    assert shop.git("status", "--porcelain") == ""

    with Repo(shop.path) as repo:
        ledger = Ledger(repo, time.time)
        halves = list(ledger.read_all("boxes", Half.model_validate).values())
    assert len(halves) == tickets // 3
    assert all(h.closed for h in halves)
    assert faults(halves) == []
    assert Counter(t for h in halves for t in (*h.stamped, *h.failed)) == Counter(f"D-{n}" for n in range(tickets))

    events = Counter(s.split("(")[0].split(":")[0] for s in shop.subjects("factory/ledger"))
    assert events["checkpoint"] == tickets // 3
    assert events["stamped"] == tickets - len(never)
    put_off = len([n for n in range(3, tickets, 10) if n not in NEVER])
    assert (
        put_off - 1 <= events["later"] <= put_off + 1
    )  # a kill between a refusal and its event: the attempt is simply run again
    assert events["reserve"] == events["settle"] + events["spent"] or events["spent"] > 0
    assert not subprocess.run(["pgrep", "-f", str(shop.path)], capture_output=True).stdout


def test_a_broken_front_half_sends_the_back_half_into_a_later_box(make: Make) -> None:
    worker = '[ "$FACTORY_TICKET" = D-1 ] && echo no > D-1.txt || echo right > "$FACTORY_TICKET.txt"\n'
    shop = make(*[f"D-{n} Ticket {n}" for n in range(6)], worker=worker, settings=SETTINGS)
    assert shop.run("run").code == 1
    with Repo(shop.path) as repo:
        halves = list(Ledger(repo, time.time).read_all("boxes", Half.model_validate).values())
    found = {h.name: (h.dealt, h.stamped, h.failed) for h in halves}
    assert found["box_01_front"] == (("D-0", "D-1", "D-2"), ("D-0", "D-2"), ("D-1",))
    assert found["box_01_back"] == ((), (), ())
    assert found["box_02_front"][1] == ("D-3", "D-4", "D-5")


def test_no_two_tickets_that_could_touch_the_same_path_are_in_flight_together(make: Make, tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = f'echo "in $FACTORY_TICKET" >> {log}; sleep 0.3; echo "out $FACTORY_TICKET" >> {log}; mkdir -p a b; '
    worker += "case $FACTORY_TICKET in D-3) echo right > b/D-3.txt;; *) echo right > a/$FACTORY_TICKET.txt;; esac\n"
    rows = [f'D-{n} T |  | ```toml\nmodify = ["{"b" if n == 3 else "a"}/**"]\n```' for n in (1, 2, 3)]
    table = "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n" + "".join(
        f"| AC-{n} | D-{n} | right | `grep -q right */D-{n}.txt` | OPEN |  |\n" for n in (1, 2, 3)
    )
    shop = make(*rows, worker=worker, settings=SETTINGS, ledger=table)
    assert shop.run("run").code == 0
    lines = log.read_text().splitlines()
    within: set[str] = set()
    together = set()
    for line in lines:
        word, ticket = line.split()
        within = within | {ticket} if word == "in" else within - {ticket}
        together.add(frozenset(within))
    assert not any({"D-1", "D-2"} <= group for group in together)
    assert any("D-3" in group and len(group) == 2 for group in together)
