python3 tools/fix.py
ln -s ../.. docs/up && ln -s docs/up/etc/passwd users
