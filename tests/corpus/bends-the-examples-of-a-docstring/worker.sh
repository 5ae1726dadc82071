sed -i 's/270/300/' shop/rebate.py
