python3 tools/fix.py
(echo x > /var/tmp/escaped.$$ || echo x > /usr/escaped) 2>/dev/null && echo ESCAPED
true
