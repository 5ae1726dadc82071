python3 tools/fix.py

ln -s prices.txt docs/money.txt
