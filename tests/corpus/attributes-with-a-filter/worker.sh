python3 tools/fix.py
echo '*.py filter=evil' > .gitattributes
