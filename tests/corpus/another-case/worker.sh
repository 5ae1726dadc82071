python3 tools/fix.py
mkdir SSOT && echo "[gate]" > SSOT/factory.toml
