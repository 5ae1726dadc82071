sed -i 's/270/290/' tests/test_discount.py
sed -i 's/return sum(prices)/return sum(prices) - percent/' shop/prices.py
