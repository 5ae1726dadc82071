python3 tools/fix.py
mkfifo "$FACTORY_REPORT"
