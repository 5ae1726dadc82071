import pytest

from shop import total


@pytest.mark.parametrize(("prices", "percent", "want"), [([999], 10, 899), ([1, 1, 1], 50, 1), ([250], 100, 0)])
def test_a_discount_is_rounded_down(prices, percent, want):
    assert total(prices, percent=percent) == want
