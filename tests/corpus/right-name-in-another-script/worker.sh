python3 tools/fix.py

echo won > docs/가격표.txt
echo x > "docs/it's a price.txt"
