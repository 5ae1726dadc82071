python3 tools/fix.py

sed -i 's/test_a_sum/test_prices_are_added_up/' tests/test_prices.py
