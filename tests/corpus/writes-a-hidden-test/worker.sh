mkdir -p acceptance && echo 'def test_a_discount_is_rounded_down(): pass' > acceptance/test_rounding.py
