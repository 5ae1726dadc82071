python3 tools/fix.py
mkdir ѕѕоt && echo "[gate]" > ѕѕоt/factory.toml
