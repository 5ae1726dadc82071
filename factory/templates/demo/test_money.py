from shop import money


def test_tax_is_rounded_half_up():
    assert money.with_tax(1005, 10) == 1106


def test_shares_add_up():
    assert money.split(10, 3) == [4, 3, 3]


def test_even_shares():
    assert money.split(9, 3) == [3, 3, 3]


def test_a_minus_stands_before_the_sign():
    assert money.show(-1234) == "-₩1,234"


def test_amounts_have_commas():
    assert money.show(1234567) == "₩1,234,567"


def test_commas_are_read():
    assert money.parse("₩1,234") == 1234
