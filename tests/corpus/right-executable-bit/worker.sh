python3 tools/fix.py

chmod +x tools/price.sh
