python3 tools/fix.py

cat > tests/test_files.py <<'E'
import pathlib


def test_a_file_beside_the_tests():
    at = pathlib.Path(__file__).with_name("out.tmp")
    at.write_text("x")
    assert at.read_text() == "x"
    at.unlink()
E
