"""The ledger's state, read whole."""

from __future__ import annotations

from typing import Any

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Event


def test_what_did_not_change_is_not_read_again(repo: Repo) -> None:
    ledger, asked = Ledger(repo, lambda: 1.0), list[Any]()

    def read(value: Any) -> Any:
        asked.append(value)
        return (value["n"],)

    ledger.append(Event(name="x", text="two"), {"tickets/a/1.json": {"n": 1}, "tickets/b/2.json": {"n": 2}})
    first = ledger.read_all("tickets", read)
    assert first == {"tickets/a/1.json": (1,), "tickets/b/2.json": (2,)}
    ledger.append(Event(name="x", text="one"), {"tickets/b/2.json": {"n": 3}, "tickets/c/4.json": {"n": 1}})
    second = ledger.read_all("tickets", read)
    assert second == {"tickets/a/1.json": (1,), "tickets/b/2.json": (3,), "tickets/c/4.json": (1,)}
    assert second["tickets/a/1.json"] is first["tickets/a/1.json"]
    assert [value["n"] for value in asked] == [1, 2, 3] or [value["n"] for value in asked] == [2, 1, 3]
    assert ledger.read_all("nothing", read) == {}
