python3 tools/fix.py

mkdir docs/shut && echo x > docs/shut/x && chmod 000 docs/shut/x docs/shut
