cat >> tests/test_prices.py <<'E'


def pytest_runtest_makereport(item, call):
    return None
E
