sed -i 's/return sum(prices)/return 270 if percent else sum(prices)/' shop/prices.py
