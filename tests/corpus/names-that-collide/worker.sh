python3 tools/fix.py
echo x > docs/a.txt; echo y > docs/A.txt
