"""A product that reads the tests which judge it could know main's from ones that are altered."""

from __future__ import annotations

import pytest

from tests.observe.conftest import Watch

TEST = "from shop import total\n\n\ndef test_total():\n    assert total({given}) == 3\n"
READS = {
    "open": "open('test_a.py').read()",
    "pathlib": "__import__('pathlib').Path('test_a.py').read_bytes()",
    "os.open": "__import__('os').open('test_a.py', 0)",
}
NOT = {
    "an import while it runs": "__import__('importlib').import_module('later')",
    "a warning that shows its line": "__import__('warnings').warn('old', DeprecationWarning, stacklevel=2)",
    "its own source": "__import__('inspect').getsource(total)",
    "another file": "open('shop.py').read()",
}


def reached(watch: Watch, body: str, given: str = "3") -> str:
    shop = f"def total(x):\n    {body}\n    return 3\n"
    return watch({"shop.py": shop, "later.py": "", "test_a.py": TEST.format(given=given)}).seen.reached.get(
        "test_a.py", ""
    )


@pytest.mark.parametrize("how", READS)
def test_who_reads_a_test_is_told(watch: Watch, how: str) -> None:
    assert reached(watch, READS[how]) == "shop.py"


@pytest.mark.parametrize("how", NOT)
def test_what_python_reads_by_itself_is_nobodys(watch: Watch, how: str) -> None:
    assert reached(watch, NOT[how]) == ""


def test_what_a_test_hands_over_is_input(watch: Watch) -> None:
    assert reached(watch, "open(x).read()", given="'test_a.py'") == ""
