python3 tools/fix.py
exit 1
