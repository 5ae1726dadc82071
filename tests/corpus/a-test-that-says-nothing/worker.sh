python3 tools/fix.py

cat > tests/test_busy.py <<'E'
from shop import total


def test_busy():
    for price in range(10):
        total([price], 5)
E
