python3 tools/fix.py
rm pyproject.toml
