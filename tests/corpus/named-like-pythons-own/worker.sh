python3 tools/fix.py
echo "def loads(x): return {}" > json.py
