"""Main goes back behind stamps of cards: those cards are not done, whatever the ledger remembers, and are done again."""

from __future__ import annotations

import pytest

from tests.trucks.conftest import MakeDay, stamps, states


@pytest.mark.parametrize("back", [2, 9, *(pytest.param(n, marks=pytest.mark.prove) for n in (1, 4, 5, 7))])
def test_cards_whose_stamps_are_gone_are_made_again(make_day: MakeDay, back: int) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    every = states(shop)
    shop.git("reset", "-q", "--hard", f"main~{back}")
    kept = {card for line in stamps(shop) for card in line.partition(": ")[2].split(", ")}
    assert {card for card, state in (states(shop) if back < 9 else {}).items() if state == "DONE"} == kept
    assert shop.run("run").code == 0
    assert states(shop) == every
    assert shop.run("verify").code == 0
    assert shop.run("check-consistency").code == 0
