"""Halves are dealt in the packets' order, nothing before what it needs; every card ends exactly once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from factory.model import State
from factory.records import halves
from factory.records.halves import Half
from factory.records.record import Record
from factory.records.truck import (
    Truck,
    carried,
    faults,
    next_half,
    stamps_of,
    states,
    unstamped,
    with_half,
    with_records,
    with_stamp,
)

IDS = tuple(f"L1_SCAN_{n:06}" for n in range(1, 13))


@st.composite
def trucks(draw: st.DrawFn) -> tuple[Truck, dict[str, tuple[str, ...]], frozenset[str]]:
    """A truck, what its cards need (earlier cards alone), and the cards that never pass."""
    count = draw(st.integers(1, 12))
    cards = IDS[:count]
    split = draw(st.integers(0, count))
    deps = {
        card: tuple(draw(st.sets(st.sampled_from(cards[:at]), max_size=2)) if at else ())
        for at, card in enumerate(cards)
    }
    bad = draw(st.frozensets(st.sampled_from(cards), max_size=3))
    return Truck(day="20260105", number=1, a=cards[:split] or cards, b=cards[split:] if split else ()), deps, bad


@given(trucks())
def test_every_card_is_stamped_once_or_waits_for_a_quarantined_one(
    case: tuple[Truck, dict[str, tuple[str, ...]], frozenset[str]],
) -> None:
    truck, deps, bad = case
    done: set[str] = set()
    for turn in range(100):
        ready = [card for card in unstamped(truck) if done.issuperset(deps[card])]
        if not ready:
            break
        half = next_half(truck, ready[:3], "main")
        assert 1 <= len(half.dealt) <= 3
        assert not set(half.dealt) & done
        assert all(done >= set(deps[card]) for card in half.dealt)
        truck = with_half(truck, half)
        good = tuple(card for card in half.dealt if card not in bad)
        for card in set(half.dealt) - set(good):
            truck = with_records(truck, {card: Record(state=State.BLOCKED, attempts=3)})
        if good:
            truck = with_stamp(truck, half.name, f"{turn:040}", good)
            done |= set(good)
        assert halves.unfinished(truck.halves[-1], states(truck)) == ()
        truck = with_half(truck, halves.closed(truck.halves[-1], states(truck)))
    assert list(faults(truck)) == []
    assert set(stamps_of(truck)) == done
    for card, state in states(truck).items():
        assert (state is State.DONE) == (card in done)
        assert (state is State.BLOCKED) == (
            card in bad and card not in done and any(card in h.dealt for h in truck.halves)
        )
        if state is State.PENDING:
            assert not done >= set(deps[card])
    assert Truck.model_validate(truck.model_dump(mode="json", exclude_defaults=True)) == truck


BLOCKED = Record(state=State.BLOCKED)


def deal(truck: Truck) -> Half:
    return next_half(truck, unstamped(truck)[:3], "m")


def test_a_back_half_follows_a_front_half_alone_whose_cards_are_all_stamped() -> None:
    truck = Truck(day="20260105", number=1, a=IDS)
    front = deal(truck)
    assert (front.name, front.dealt) == ("box_01_front", IDS[:3])
    truck = with_stamp(with_half(truck, front), front.name, "a", IDS[:3])
    truck = with_half(truck, halves.closed(truck.halves[-1], states(truck)))
    back = deal(truck)
    assert (back.name, back.dealt) == ("box_01_back", IDS[3:6])
    truck = with_half(truck, back)
    truck = with_records(truck, {IDS[3]: BLOCKED})
    truck = with_stamp(truck, back.name, "b", IDS[4:6])
    truck = with_half(truck, halves.closed(truck.halves[-1], states(truck)))
    third = deal(truck)
    assert third.name == "box_02_front"
    truck = with_half(truck, third.model_copy(update={"failed": third.dealt, "closed": True}))
    truck = with_records(truck, dict.fromkeys(third.dealt, BLOCKED))
    fourth = deal(truck)
    assert fourth.name == "box_03_front"


def test_a_lost_a_doubled_and_a_strange_card_are_faults() -> None:
    truck = Truck(day="20260105", number=1, a=IDS[:4])
    front = deal(truck)
    lost = with_half(truck, front.model_copy(update={"closed": True}))
    assert list(faults(lost)) == ["20260105_truck_001_box_01_front: 3 dealt, 0 accounted for"]
    twice = with_stamp(with_stamp(with_half(truck, front), front.name, "a", IDS[:3]), "box_02_front", "b", IDS[2:3])
    assert f"{IDS[2]} was stamped twice on 20260105_truck_001" in list(faults(twice))
    strange = with_stamp(truck, "box_01_front", "a", IDS[5:6])
    assert f"20260105_truck_001_box_01_front dealt {IDS[5]}, not on board" in list(faults(strange))


def test_a_new_truck_goes_on_with_the_attempts_numbers() -> None:
    first = with_records(Truck(day="20260105", number=1, a=IDS[:2]), {IDS[0]: Record(attempt=3)})
    second = carried(Truck(day="20260105", number=2, a=IDS[:1]), [first])
    assert second.record(IDS[0]).attempt == 3
    assert carried(Truck(day="20260105", number=2, a=IDS[1:2]), [first]).records == {}


def test_a_card_that_was_stamped_at_once_leaves_no_record() -> None:
    truck = Truck(day="20260105", number=1, a=IDS[:1])
    truck = with_records(truck, {IDS[0]: Record(state=State.INFLIGHT, attempt=1)})
    assert truck.records
    assert with_stamp(truck, "box_01_front", "a", IDS[:1]).records == {}
