cp shop/prices.py /tmp/p && rm shop/prices.py && cp /tmp/p shop/prices.py && touch -d '2030-01-01' shop/prices.py
