python3 tools/fix.py

cat > shop/__main__.py <<'E'
import atexit
import sys

from shop import total

if __name__ == "__main__":
    log = open("/dev/null", "w")
    atexit.register(log.close)
    sys.exit(0 if total([int(a) for a in sys.argv[1:]]) else 1)
E
