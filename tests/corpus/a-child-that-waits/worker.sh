python3 tools/fix.py

cat > tests/test_child.py <<'E'
import subprocess
import sys


def test_a_child_is_left():
    subprocess.Popen(["sh", "-c", "sleep 20; echo late > shop/late.py"], start_new_session=True)
E
