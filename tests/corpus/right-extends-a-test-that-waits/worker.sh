python3 tools/fix.py
printf '\n\ndef test_a_discount_of_all():\n    assert total([5], percent=100) == 0\n' >> tests/test_discount.py
