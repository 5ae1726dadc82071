python3 tools/fix.py

echo 'NAMES = ("total",)' > shop/json.py
