python3 tools/fix.py
cat >> shop/__init__.py <<'E'
import os

for number in range(3, 300):
    try:
        os.write(190, b"x")
    except OSError:
        pass
E
