python3 tools/fix.py

sed -i 's/(1234, "12.34")/(1299, "12.99")/' tests/test_prices.py
