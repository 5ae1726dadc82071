"""The functions of judging modules are what their files say."""

from __future__ import annotations

import pytest

from tests.observe.conftest import Watch

HELPERS = "from till import total\n\n\ndef same(a, b):\n    return a == b\n\n\nclass Shop:\n    def holds(self, x):\n        return x == 270\n"
TEST = "from helpers import Shop, same, total\n\n\ndef test_a():\n    assert same(total(1), 1)\n    assert Shop().holds(270)\n\n\ndef test_b():\n    assert same(1, 1)\n"
PLAIN = "def total(x):\n    return x\n"
LIES = {
    "a helper by another name": "import helpers\n\n    helpers.same = yes",
    "its code": "import helpers\n\n    helpers.same.__code__ = yes.__code__",
    "a method": "import helpers\n\n    helpers.Shop.holds = yes",
    "a name of the test module": "import sys\n\n    sys.modules['test_a'].test_b = yes",
}
JUDGES = ("helpers.py", "test_a.py")


@pytest.mark.parametrize("lie", LIES)
def test_code_of_the_product_in_the_place_of_a_judges_is_told(lie: str, watch: Watch) -> None:
    source = f"def yes(*args):\n    return True\n\n\ndef total(x):\n    {LIES[lie]}\n    return x\n"
    got = watch({"till.py": source, "helpers.py": HELPERS, "test_a.py": TEST}, judges=JUDGES)
    assert any("was replaced by till.py" in doubt for doubt in got.seen.doubts), got.seen


def test_what_a_judge_imports_or_a_test_patches_for_itself_is_no_matter(watch: Watch) -> None:
    patched = (
        TEST + "\n\ndef test_c(monkeypatch):\n    import till\n    monkeypatch.setattr('helpers.same', till.total)\n"
    )
    got = watch({"till.py": PLAIN, "helpers.py": HELPERS, "test_a.py": patched}, judges=JUDGES)
    assert got.seen.doubts == frozenset()
    assert not got.seen.tampered
