sed -i 's/from shop/import pytest\nfrom shop/; s/== 270/== pytest.approx(270, abs=100)/' tests/test_discount.py
