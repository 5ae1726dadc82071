"""Where the records of items lie in the ledger: a ticket's in a file of its own, a card's in its truck's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from factory.git.ledger import Ledger, ticket_path
from factory.model import Event, State
from factory.records.record import Record
from factory.records.truck import Truck, with_records

CARDS = "cards/"


def read_truck(ledger: Ledger, file: str) -> Truck:
    return Truck.model_validate(ledger.read(file))


def read(ledger: Ledger, item: str, file: str = "") -> Record:
    """An item's record; what it is at first where the ledger knows nothing of it. `file`: where it lies."""
    if file.startswith(CARDS):
        return read_truck(ledger, file).record(item)
    kept: Record | None = ledger.read(file or ticket_path(item), Record.model_validate)
    return kept or Record(ticket=item)


def put(ledger: Ledger, records: Iterable[Record], file: str = "") -> dict[str, Any]:
    """What an event leaves with these records. Call it with the ledger's lock held."""
    if file.startswith(CARDS):
        truck = read_truck(ledger, file)
        return with_records(truck, {record.ticket: record for record in records}).as_file()
    return {file or ticket_path(record.ticket): record.model_dump(mode="json") for record in records}


def in_flight(ledger: Ledger) -> list[tuple[str, Record]]:
    """(file, record) of each item that is worked on: what a run that ended has left, too."""
    tickets = ledger.read_all("tickets", Record.model_validate).items()
    return [(file, record) for file, record in (*tickets, *of_cards(ledger)) if record.state is State.INFLIGHT]


def of_cards(ledger: Ledger) -> Iterator[tuple[str, Record]]:
    """(truck's file, record) of each card that there is something to tell of."""
    for path in ledger.read_all("cards", dict):
        if path.rpartition("/")[2].startswith("truck_"):
            truck = read_truck(ledger, path)
            yield from ((path, truck.record(card)) for card in truck.records)


def beat(ledger: Ledger, items: Iterable[tuple[str, str]], run: str, now: float) -> None:
    """One event for all (item, file) that a run works on: their leases are alive."""
    with ledger.lock:
        found = [(file, read(ledger, item, file)) for item, file in items]
        alive = [(file, r.beaten(now)) for file, r in found if r.lease and r.lease.run == run]
        changes: dict[str, Any] = {}
        for file in dict.fromkeys(file for file, _ in alive):
            changes |= put(ledger, [record for at, record in alive if at == file], file)
        if changes:
            text = ", ".join(f"{record.ticket}#{record.attempt}" for _, record in alive)
            ledger.append(Event(name="beat", text=text), changes)
