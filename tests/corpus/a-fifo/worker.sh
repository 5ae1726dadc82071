python3 tools/fix.py
mkfifo docs/pipe
