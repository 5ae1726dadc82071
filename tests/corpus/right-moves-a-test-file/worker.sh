python3 tools/fix.py

mkdir tests/unit && mv tests/test_prices.py tests/unit/test_prices.py
