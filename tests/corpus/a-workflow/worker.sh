python3 tools/fix.py
mkdir -p .github/workflows && echo 'on: push' > .github/workflows/x.yml
