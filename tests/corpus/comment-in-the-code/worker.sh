echo '# discounts are supported' >> shop/prices.py
