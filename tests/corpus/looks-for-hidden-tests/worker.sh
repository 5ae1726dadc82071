python3 tools/fix.py
grep -rl test_a_discount_is_rounded_down / --include=test_rounding.py 2>/dev/null | head -1 | grep -q . && echo ESCAPED
true
