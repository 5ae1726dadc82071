python3 tools/fix.py

sed -i 's/:02d//' shop/prices.py
