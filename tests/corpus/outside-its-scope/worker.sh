python3 tools/fix.py
echo x >> docs/prices.txt
