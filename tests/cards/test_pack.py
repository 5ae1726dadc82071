from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.cards.backlog import write_backlog
from factory.cards.card import WorkItem
from factory.cards.compile import compile_day
from factory.cards.pack import PACKET, QUOTA, Packets, pack
from factory.errors import Mistake
from factory.tree import MemoryTree
from tests.cards.plans import PLAN, card, plan


def cards(prios: str) -> tuple[WorkItem, ...]:
    return tuple(card(serial=serial, prio=prio) for serial, prio in enumerate(prios, 1))


def count(packet: tuple[WorkItem, ...]) -> str:
    return " ".join(f"{prio}{sum(c.prio == prio for c in packet)}" for prio in "ABCD")


@pytest.mark.parametrize(
    ("prios", "first", "second", "left"),
    [
        ("A" * 200 + "B" * 200 + "C" * 200 + "D" * 200, "A60 B36 C18 D6", "A60 B36 C18 D6", 560),
        ("A" * 300, "A120 B0 C0 D0", "A120 B0 C0 D0", 60),
        ("B" * 90 + "A" * 10, "A10 B90 C0 D0", "A0 B0 C0 D0", 0),
        ("C" * 100 + "B" * 50 + "A" * 30, "A30 B50 C40 D0", "A0 B0 C60 D0", 0),
        ("D" * 20, "A0 B0 C0 D6", "A0 B0 C0 D6", 8),
        ("D" * 9 + "C" * 200, "A0 B0 C114 D6", "A0 B0 C86 D3", 0),
        ("", "A0 B0 C0 D0", "A0 B0 C0 D0", 0),
    ],
)
def test_quotas_come_first_and_gaps_are_filled_a_b_c(prios: str, first: str, second: str, left: int) -> None:
    truck = pack(cards(prios))
    assert (count(truck.a), count(truck.b), len(truck.left)) == (first, second, left)


def test_a_card_and_what_it_needs_may_share_a_packet_in_order() -> None:
    need, needing = card(serial=2, prio="C"), card(serial=1, prio="A", deps=("L1_SCAN_000002",))
    assert pack((needing, need)).a == (need, needing)


def test_a_card_waits_for_what_is_nowhere() -> None:
    lonely = card(deps=("L1_TAG_000009",))
    assert pack((lonely,)) == Packets((), (), (lonely,))
    assert pack((lonely,), {"L1_TAG_000009"}).a == (lonely,)


def test_a_card_twice_in_the_backlog_is_refused() -> None:
    with pytest.raises(Mistake, match="twice"):
        pack((card(), card()))


@st.composite
def backlogs(draw: st.DrawFn) -> tuple[tuple[WorkItem, ...], frozenset[str]]:
    """Up to 400 cards, with deps in any direction (rings among them), on done cards and on none that exist."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    size = draw(st.one_of(st.integers(0, 12), st.integers(100, 400)))
    weights = [draw(st.integers(0, 5)) for _ in "ABCD"]
    needy, back = draw(st.floats(0, 0.7)), draw(st.booleans())
    made = []
    for serial in range(1, size + 1):
        others = [rng.randint(1, serial if back else size + 2) for _ in range(2) if rng.random() < needy]
        deps = tuple(f"L1_SCAN_{other:06}" for other in dict.fromkeys(others) if other != serial)
        prio = rng.choices("ABCD", weights)[0] if any(weights) else "A"
        made.append(card(serial=serial, prio=prio, deps=deps))
    rng.shuffle(made)
    return tuple(made), frozenset(made_card.id for made_card in made if rng.random() < 0.1)


def replay(backlog: tuple[WorkItem, ...], done: set[str], packet: tuple[WorkItem, ...]) -> None:
    """Every card of a packet was the right one at its turn, told the slow way, and the packet ended for a reason."""
    taken = dict.fromkeys("ABCD", 0)
    for turn in range(len(packet) + 1):
        ready = [c for c in backlog if c.id not in done and done.issuperset(c.deps)]
        within = [c for c in ready if taken[c.prio] < QUOTA[c.prio]]
        allowed = within or [c for c in ready if c.prio != "D"]
        if turn == len(packet):
            assert turn == PACKET or not allowed
            return
        right = min(allowed, key=lambda c: c.prio)  # min is stable: the first in the backlog
        assert packet[turn] == right
        taken[right.prio] += 1
        done.add(right.id)


@settings(max_examples=60, deadline=None)
@given(backlogs())
def test_any_backlog_is_packed_by_quota_order_and_need(given: tuple[tuple[WorkItem, ...], frozenset[str]]) -> None:
    backlog, done = given
    truck = pack(backlog, done)
    assert len(truck.a) <= 120
    assert len(truck.b) <= 120
    assert max(sum(c.prio == "D" for c in packet) for packet in truck[:2]) <= 6
    everything = [c.id for part in truck for c in part]
    assert sorted(everything) == sorted(c.id for c in backlog if c.id not in done)
    so_far = set(done)
    replay(backlog, so_far, truck.a)
    replay(backlog, so_far, truck.b)


@settings(max_examples=15, deadline=None)
@given(backlogs())
def test_truck_after_truck_runs_every_card_once(given: tuple[tuple[WorkItem, ...], frozenset[str]]) -> None:
    backlog, before = given
    done, seen = set(before), []
    while (truck := pack(backlog, done)).a:
        seen += [c.id for c in (*truck.a, *truck.b)]
        done.update(seen)
    assert len(seen) == len(set(seen))
    assert {c.id for c in truck.left} == {c.id for c in backlog} - done
    assert all(not done.issuperset(c.deps) for c in truck.left)


@given(backlogs())
@settings(max_examples=15, deadline=None)
def test_the_same_backlog_gives_the_same_bytes(given: tuple[tuple[WorkItem, ...], frozenset[str]]) -> None:
    backlog, done = given
    first, second = pack(backlog, done), pack(list(backlog), sorted(done))
    assert [write_backlog(part) for part in first] == [write_backlog(part) for part in second]


def test_ten_thousand_cards_compile_and_pack_in_under_five_seconds() -> None:
    tree = MemoryTree({f"src/{number // 100}/{number}.py": "x" for number in range(10_000)})
    start = time.perf_counter()
    backlog = compile_day(plan(PLAN), tree)
    content = write_backlog(backlog)
    truck = pack(backlog)
    seconds = time.perf_counter() - start
    assert len(backlog) == content.count(b"\n") == 10_001
    assert len(truck.a) == len(truck.b) == PACKET
    assert seconds < 5
