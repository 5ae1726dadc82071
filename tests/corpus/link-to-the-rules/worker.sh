python3 tools/fix.py
ln -s ../ssot docs/rules
