from shop import total


def test_no_discount_is_the_sum():
    assert total([100, 200], percent=0) == 300


def test_a_discount():
    assert total([100, 200], percent=10) == 270
