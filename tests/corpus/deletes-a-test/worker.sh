python3 tools/fix.py

sed -i '/def test_nothing/,/== 0/d' tests/test_prices.py
