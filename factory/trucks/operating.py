"""An operator's commands about cards: `retry` releases a blocked one anew, `cancel` takes one off the line."""

from __future__ import annotations

from factory.cards.card import card_parts
from factory.errors import Mistake
from factory.line.house import House
from factory.model import State
from factory.trucks import booking, road
from factory.trucks.truck import Truck, states, with_record
from factory.trucks.yard import Yard


def is_card(name: str) -> bool:
    try:
        card_parts(name)
    except ValueError:
        return False
    return True


def obey(house: House, command: str, card: str) -> str:
    """Carry out one command; says what was done. Mistake where it cannot be."""
    if house.working:
        raise Mistake(
            f"a run is on, and holds {card}'s truck", remedy=f"`factory stop`, then `factory {command} {card}`"
        )
    yard = road.look(house)
    truck = _truck(yard, card)
    state = states(truck)[card]
    match command:
        case "retry" if state is State.BLOCKED:
            _write(house, "retry", truck, card, "released anew by the operator")
            return f"{card} is released anew; the next truck takes it"
        case "cancel" if state is State.PENDING:
            booking.quarantined(house, truck, card, "cancelled by the operator")
            return f"{card} is off the line; `factory retry {card}` puts it back"
    raise Mistake(
        f"{card} is {state.value}; `{command}` is not for that", remedy="`factory status` shows where it stands"
    )


def _truck(yard: Yard, card: str) -> Truck:
    """The last truck that the card was packed on."""
    for day in reversed(yard.days):
        for truck in reversed(yard.trucks(day)):
            if card in truck.cards:
                return truck
    raise Mistake(f"no truck holds {card}", remedy="`factory status --json` lists the cards")


def _write(house: House, name: str, truck: Truck, card: str, text: str) -> None:
    record = booking.released(truck.record(card))
    booking.write(house, name, with_record(truck, card, record), text, card=card)
