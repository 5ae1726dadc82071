python3 tools/fix.py
echo "x = 1" > tests/pytest_cov.py
