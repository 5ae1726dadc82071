"""How long a thing takes, on the wall and in processor time."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.figures import Cost

TICK = os.sysconf("SC_CLK_TCK")


def processor() -> float:
    """Seconds of processor time of this process, of its children that ended, and of those that still run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used) + _living()


def _living() -> float:
    """Long-lived children (`git cat-file`, say) are in nobody's sum until they end."""
    total = 0.0
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # the thread, or the child, may end meanwhile
            for child in (task / "children").read_text().split():
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:13])) / TICK
    return total


def cost(work: Callable[[], object]) -> Cost:
    """What one call costs."""
    wall, cpu = time.monotonic(), processor()
    work()
    return Cost(time.monotonic() - wall, max(0.0, processor() - cpu))


def best(work: Callable[[], object], times: int) -> Cost:
    """The least that a call cost in so many tries: the rest is what else the machine did."""
    costs = [cost(work) for _ in range(times)]
    return Cost(min(c.wall for c in costs), min(c.cpu for c in costs))


def by_turns(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[Cost, Cost]:
    """The least of each, tried one after the other, so that a busy minute hits both alike."""
    pairs = [(cost(ours), cost(theirs)) for _ in range(times)]
    return tuple(Cost(min(pair[n].wall for pair in pairs), min(pair[n].cpu for pair in pairs)) for n in (0, 1))  # type: ignore[return-value]
