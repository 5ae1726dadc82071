python3 tools/fix.py

cat > tests/test_more.py <<'E'
import os

import pytest

from shop import prices, total


@pytest.mark.parametrize("percent", [0, 50, 100])
def test_a_discount_never_costs_more(percent):
    assert total([10, 20], percent) <= 30


def test_the_sum_can_be_replaced(monkeypatch):
    monkeypatch.setattr(prices, "total", lambda *_: 7)
    monkeypatch.setenv("SHOP", "1")
    assert prices.total([1]) == 7 and os.environ["SHOP"] == "1"


@pytest.mark.skipif(os.name == "nt", reason="a path of another system")
def test_a_new_test_may_skip_itself_elsewhere(tmp_path):
    (tmp_path / "a").write_text("b")
    assert (tmp_path / "a").read_text() == "b"
E
