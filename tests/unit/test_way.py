"""Who waits for a checkout: asked while main stands still, and never judged again for nothing meanwhile."""

from __future__ import annotations

from typing import Any

from factory.line.way import Way


class Passed:
    """A trade with attempts that passed, and what is in the way of each."""

    def __init__(self) -> None:
        self.proofs, self.ways, self.asked = dict[str, str](), dict[str, str](), list[str]()

    def passed(self) -> dict[str, str]:
        return dict(self.proofs)

    def in_its_way(self, main: str, evidence: str, item: str) -> str:
        self.asked.append(item)
        return self.ways.get(item, "")


def test_what_passed_while_main_moves_waits_until_it_can_be_looked_at() -> None:
    trade: Any = Passed()
    way = Way(trade)
    assert way.waiting("main", True) == {}
    trade.proofs["D-1"] = "proof"
    assert list(way.waiting("main", False)) == ["D-1"]
    assert trade.asked == []
    assert way.waiting("main", True) == {}  # nothing is in its way: it lands
    trade.ways["D-1"] = "a person's file"
    trade.proofs["D-1"] = "another proof"
    assert list(way.waiting("main", False)) == ["D-1"]
    assert way.waiting("main", True) == {"D-1": "a person's file"}
    del trade.proofs["D-1"]
    assert way.waiting("main", False) == {}
