python3 tools/fix.py

cat > tests/test_slow.py <<'E'
import time


def test_slow():
    time.sleep(60)
E
