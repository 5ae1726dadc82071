python3 tools/fix.py

mkdir lib && echo 'x = 1' > lib/x.py && sed -i 's/^pythonpath.*/pythonpath = ["lib", "."]/' pyproject.toml
