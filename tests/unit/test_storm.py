"""An ordinary night lives, a broken worker is stopped within a box, and the stop says what its failures share."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from factory.errors import StormStop
from factory.line.weather import Glass
from factory.model import State, Ticket, TicketStatus, Triage
from factory.money import storm
from factory.money.storm import Failure, Storm, Weather, after, reason
from factory.records import halves
from factory.records.halves import FRONT
from factory.ssot.settings import BOX, Settings

SETTINGS = Settings()
ATTEMPTS, AT_ONCE, TICKETS = SETTINGS.caps.attempts, SETTINGS.factory.max_workers, 120
Fails = Callable[[int], bool]  # whether the attempt of that number in the night fails


def limits(failures: int = 6, box_failures: int = 3) -> storm.StormLimits:
    return SimpleNamespace(failures=failures, rate_limits=5, box_failures=box_failures)


def fails(ticket: str, box: str = "box 01", **what: object) -> tuple[Weather, Failure]:
    return Weather.FAILURE, Failure.model_validate({"ticket": ticket, "box": box, **what})


STAMP, LIMIT = (Weather.SUCCESS, None), (Weather.RATE_LIMIT, None)


def folded(*ends: tuple[Weather, Failure | None], limit: storm.StormLimits | None = None) -> str | None:
    """The reason to stop after the last of them."""
    found = Storm()
    for end in ends:
        assert reason(found, limit or limits()) is None, "it stopped too early"
        found = after(found, *end)
    return reason(found, limit or limits())


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([fails(f"D-{i}", f"box {i % 3}") for i in range(6)], "6 attempts failed in a row, of 6 tickets"),
        ([fails(f"D-{i % 3}", f"box {i % 3}") for i in range(6)], "6 attempts failed in a row, of 3 tickets"),
        ([fails(f"D-{i}", f"box {i % 3}") for i in range(5)], None),
        ([fails(f"D-{i}", "box 7") for i in range(3)], "3 attempts failed in a row in box 7, of 3 tickets"),
        ([fails("D-1")] * 20, None),  # it is taken off the line by its own cap
        ([fails("D-1")] * 9 + [fails("D-2")] * 9, None),
        ([fails("D-1"), fails("D-2"), STAMP, fails("D-3"), fails("D-4")], None),
        ([fails("D-1"), LIMIT, fails("D-2"), LIMIT, fails("D-3")], "3 attempts failed in a row in box 01"),
        ([LIMIT] * 5, "the model's server refused 5 calls in a row"),
        ([LIMIT] * 4 + [STAMP] + [LIMIT] * 4, None),
        ([LIMIT] * 4 + [fails("D-1")] + [LIMIT] * 4, None),
    ],
)
def test_a_storm_is_so_many_failures_without_a_stamp_of_three_tickets(
    ends: list[tuple[Weather, Failure | None]], said: str | None
) -> None:
    found = folded(*ends)
    assert found is None if said is None else str(found).startswith(said)


GONE = {"triage": Triage.WORKER, "fingerprint": "a", "why": "exit code 127: claude: not found", "worker": "claude"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([GONE] * 3, ", all by worker claude: 3 of 3 failed alike, with WORKER: exit code 127: claude: not found"),
        ([GONE, GONE, {"fingerprint": "b"}], ": 2 of 3 failed alike, with WORKER: exit code 127: claude: not found"),
        ([{"fingerprint": "a"}, {"fingerprint": "b"}, {"triage": Triage.SCOPE}], ": 2 TEST, 1 SCOPE; no cause that"),
        ([{}, {}, {}], ": 3 TEST; no cause that most of them share"),
        (
            [GONE, {"fingerprint": "b", "worker": "claude"}, {"worker": "claude"}],
            ", all by worker claude: 2 TEST, 1 WO",
        ),
    ],
)
def test_a_stop_names_what_its_failures_share_and_nothing_that_they_do_not(
    row: list[dict[str, object]], said: str
) -> None:
    found = folded(*[fails(f"D-{i}", **what) for i, what in enumerate(row)])
    assert found is not None
    assert found.startswith(f"3 attempts failed in a row in box 01, of 3 tickets{said}")


def test_a_stop_names_the_tickets_that_it_has_cost() -> None:
    glass = Glass(Settings.model_validate({"storm": {"failures": 3}}))
    glass.weigh(*fails("D-1"))
    glass.weigh(*fails("D-2", ends=True))
    with pytest.raises(
        StormStop, match=r"mend the cause, release what it BLOCKED \(`factory retry D-2`\), then `factory"
    ):
        glass.weigh(*fails("D-3"))


# --- whole nights: the real boxes, the real limits, three attempts at a time --------------------------------


def attempts(dice: random.Random, fails: Fails) -> Iterator[tuple[str, str, bool]]:
    """(ticket, box, failed) of each attempt of a night, in the order in which they end, as a shift deals them."""
    tickets = [Ticket(id=f"D-{n}", status=TicketStatus.IN_PROGRESS, title="t", order=n) for n in range(TICKETS)]
    states, tried = dict.fromkeys((t.id for t in tickets), State.PENDING), dict.fromkeys((t.id for t in tickets), 0)
    last, front, number = None, None, 0
    while State.PENDING in states.values():
        last = half = halves.opened(last, "2026-11-28", "")
        if half.half == FRONT or front is None or front.whole:
            half = halves.topped_up(half, [t.id for t in tickets if states[t.id] is State.PENDING])
        running: dict[str, float] = {}  # ticket -> when its attempt ends
        now = 0.0
        while left := halves.unfinished(half, states):
            for ticket in sorted(left, key=lambda t: tried[t]):
                if ticket not in running and len(running) < AT_ONCE:
                    running[ticket] = now + dice.expovariate(1)
            ticket = min(running, key=lambda t: running[t])
            now = running.pop(ticket)
            tried[ticket] += 1
            failed = fails(number)
            number += 1
            states[ticket] = State.DONE if not failed else State.BLOCKED if tried[ticket] >= ATTEMPTS else State.PENDING
            yield ticket, f"{half.date} box {half.box:02d}", failed
        last = half = halves.closed(half, states)
        front = half if half.half == FRONT else None


def stopped(seed: int, fails: Fails, since: int = 0) -> set[str] | None:
    """The tickets that were tried in vain since an attempt of the night, where a storm stopped it; None: it lived."""
    row, vain = Storm(), set[str]()
    for number, (ticket, box, failed) in enumerate(attempts(random.Random(seed), fails)):
        vain |= {ticket} if number >= since else set()
        failure = Failure(ticket=ticket, box=box) if failed else None
        row = after(row, Weather.FAILURE if failed else Weather.SUCCESS, failure)
        if reason(row, SETTINGS.storm):
            return vain
    return None


def ordinary(seed: int, rate: float = 0.3) -> Fails:
    """Each attempt fails by itself, whatever became of the others."""
    dice = random.Random(f"{seed} {rate}")
    return lambda _: dice.random() < rate


@pytest.mark.parametrize(
    ("nights", "most"), [(100, 1), pytest.param(10_000, 100, marks=[pytest.mark.prove, pytest.mark.timeout(3600)])]
)
def test_of_a_hundred_nights_that_fail_three_times_in_ten_ninety_nine_live(nights: int, most: int) -> None:
    lost = [seed for seed in range(nights) if stopped(seed, ordinary(seed)) is not None]
    assert len(lost) <= most, lost


@pytest.mark.parametrize("seed", range(5))
def test_a_broken_worker_is_stopped_within_a_box(seed: int) -> None:
    vain = stopped(seed, lambda _: True)
    assert vain is not None
    assert len(vain) == BOX // 2  # the front half, each as often as its cap lets it be tried


@pytest.mark.parametrize("breaks", [1, 2, 3, 5, 40, 77, 100])
@pytest.mark.parametrize("seed", range(4))
def test_a_worker_that_breaks_in_the_night_is_stopped_within_a_box(seed: int, breaks: int) -> None:
    usual = ordinary(seed)
    vain = stopped(seed, lambda number: number >= breaks or usual(number), breaks)
    assert vain is not None
    assert len(vain) <= BOX
