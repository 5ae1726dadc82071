python3 tools/fix.py
echo 'test "$(python -c "import shop; print(shop.total([], percent=10))")" = 0' >> tools/check_discount.sh
