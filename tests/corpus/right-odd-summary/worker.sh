python3 tools/fix.py

echo '{"summary": "fix: \"total\" (#12) takes Factory-Status: into account, 할인 적용"}' > "$FACTORY_REPORT"
