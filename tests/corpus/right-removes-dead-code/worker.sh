python3 tools/fix.py

rm shop/old.py
