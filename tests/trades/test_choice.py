"""How much an item is worth says who works on it, by which model: a ticket's risk, a card's cost hint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trades.kit import PLAN_AT, SETTINGS, Line, every

Lay = Callable[..., Line]
SMALL = SETTINGS.replace('kind = "command"', 'kind = "command"\nmodel = "small"')
RISKS = '\n[risk.HIGH]\nauditor = false\nmodel = "large"\n\n[risk.LOW]\nmodel = "tiny"\n'
SEEN = 'grep -o \'"model_budget": *"[a-z]*"\' "$FACTORY_PLAN" >> "@AT@/model"\nright'


def of_worth(line: Line, risk: str) -> None:
    """The items are of that risk, or have that cost hint."""
    path, old, new = (
        (PLAN_AT, "worker: default", f"worker: default, cost_hint: {risk}")
        if line.trade.is_card
        else ("D_ROADMAP.md", "| LOW |", f"| {risk} |")
    )
    line.shop.commit({path: line.shop.read(path).replace(old, new)})


@every()
@pytest.mark.parametrize(("risk", "model"), [("HIGH", "large"), ("LOW", "tiny")])
def test_its_model_is_the_one_of_its_worth(lay: Lay, tmp_path: Path, risk: str, model: str) -> None:
    line = lay(1, SEEN.replace("@AT@", str(tmp_path)), files={"ssot/factory.toml": SMALL + RISKS})
    of_worth(line, risk)
    assert line.run().code == 0
    assert (tmp_path / "model").read_text().split('"')[-2] == model
