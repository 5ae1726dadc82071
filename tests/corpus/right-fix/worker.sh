python3 tools/fix.py
