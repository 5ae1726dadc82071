python3 tools/fix.py
kill -9 $$
