python3 tools/fix.py

cat > shop/where.py <<'E'
import getpass
import os


def who():
    return os.environ.get("SHOP_USER") or getpass.getuser()
E
