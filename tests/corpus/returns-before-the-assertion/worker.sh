sed -i 's/    assert total(\[100, 200\], percent=10) == 270/    return\n    assert total([100, 200], percent=10) == 270/' tests/test_discount.py
