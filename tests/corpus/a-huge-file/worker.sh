python3 tools/fix.py
truncate -s 100M docs/big.bin
