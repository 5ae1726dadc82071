sed -i 's/270/300/' shop/tests.py
