python3 tools/fix.py
mkdir -p docs/empty/deeper
