python3 tools/fix.py
echo "x = 1" > pluggy.py
