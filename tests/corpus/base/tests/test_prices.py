import pytest

from shop import shown, total


def test_a_sum():
    assert total([1, 2, 3]) == 6


def test_nothing_costs_nothing():
    assert total([]) == 0


@pytest.mark.parametrize(("cents", "text"), [(5, "0.05"), (100, "1.00"), (1234, "12.34")])
def test_a_price_is_shown(cents, text):
    assert shown(cents) == text
