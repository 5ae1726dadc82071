python3 tools/fix.py
rm tests/test_prices.py
