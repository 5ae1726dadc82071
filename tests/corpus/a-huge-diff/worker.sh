python3 tools/fix.py
seq 1 5000 > docs/numbers.txt
