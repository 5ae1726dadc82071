python3 tools/fix.py

sed -i 's/^def test_nothing/@pytest.mark.skip(reason="slow")\ndef test_nothing/' tests/test_prices.py
