python3 tools/fix.py
printf '[pytest]\n' > tests/tox.ini
