python3 tools/fix.py

echo '{"summary": "FAIL: I could not do it"}' > "$FACTORY_REPORT"
