python3 tools/fix.py

cat > tests/test_process.py <<'E'
import subprocess
import sys


def test_the_shop_can_be_imported_alone():
    done = subprocess.run([sys.executable, "-c", "import shop; print(shop.total([1, 2]))"], capture_output=True)
    assert done.stdout == b"3\n"


def test_a_child_is_ended():
    child = subprocess.Popen(["sleep", "30"])
    child.terminate()
    assert child.wait() != 0
E
