python3 tools/fix.py
truncate -s 300M "$FACTORY_REPORT"
