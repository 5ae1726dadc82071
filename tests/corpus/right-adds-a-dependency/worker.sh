python3 tools/fix.py

sed -i 's/^version = "1.0"/version = "1.1"\ndescription = "sums prices"/' pyproject.toml
