from shop import stats


def test_no_values_have_no_mean():
    assert stats.mean([]) is None


def test_mean():
    assert stats.mean([1, 2, 3]) == 2


def test_median_of_an_even_number():
    assert stats.median([4, 1, 3, 2]) == 2.5


def test_clamp_from_above():
    assert stats.clamp(12, 0, 10) == 10


def test_clamp_within():
    assert stats.clamp(5, 0, 10) == 5


def test_spread():
    assert stats.spread([3, 9, 4]) == 6
