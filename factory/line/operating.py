"""An operator's commands about cards: `retry` releases a blocked one anew, `cancel` takes one off the line."""

from __future__ import annotations

from factory.errors import Mistake
from factory.line import booking, day_chain
from factory.line.house import House
from factory.model import State
from factory.records import shelf
from factory.records.record import CANCELLED
from factory.records.truck import Truck, stamps_of, states
from factory.records.yard import Yard


def obey(house: House, command: str, card: str) -> str:
    """Carry out one command; says what was done. Mistake where it cannot be."""
    truck = _truck(day_chain.look(house), card)
    state = states(truck)[card]
    with house.ledger.lock:
        record = shelf.read(house.ledger, card, truck.path)
        match command:
            case "retry" if state is State.BLOCKED:
                booking.write(
                    house, "retry", record.released(), "released anew by the operator", booking.Beside(file=truck.path)
                )
                return f"{card} is released anew; {_where(truck)} takes it"
            case "cancel" if state in (State.PENDING, State.INFLIGHT):
                house.signals.halt(card)
                cancelled = record.model_copy(update={"why": CANCELLED})
                booking.quarantined(house, cancelled, truck.path)
                return f"{card} is off the line; `factory retry {card}` puts it back"
            case "rewind" | "rewind-all" if state is State.DONE:
                stamp = stamps_of(truck)[card][:12]
                raise Mistake(
                    f"{card} is in stamp {stamp} with others, and later cards may have read it: it is not taken back",
                    remedy=f"`git revert -m 1 {stamp}` undoes its files, and a later day's plan makes its output anew",
                )
            case "replan":
                remedy = f"`factory retry {card}` releases a blocked one anew"
                raise Mistake("a card has no plan but itself", remedy=remedy)
    raise Mistake(
        f"{card} is {state.value}; `{command}` is not for that", remedy="`factory status` shows where it stands"
    )


def _where(truck: Truck) -> str:
    return "the next truck" if truck.left else "its truck"


def _truck(yard: Yard, card: str) -> Truck:
    """The last truck that the card was packed on."""
    for day in reversed(yard.days):
        for truck in reversed(yard.trucks(day)):
            if card in truck.cards:
                return truck
    raise Mistake(f"no truck holds {card}", remedy="`factory status --json` lists the cards")
