"""No test is deleted, skipped or weakened; and right changes to tests are let pass."""

from __future__ import annotations

import pytest

from factory.model import Terms, Triage
from tests.guards.cases import GONE, changed, found, said

T = "tests/test_a.py"
HEAD = "import pytest\nimport unittest\nimport contextlib\n"


def after(before: str, now: str, **more: str) -> list[str]:
    return said(changed({T: HEAD + before}, {T: HEAD + now, **more}), "tests_kept")


PLAIN = "def test_a():\n    assert f(2) == 4\n"

WEAKER = {
    "deleted": (PLAIN, "", "deleted"),
    "renamed away": (PLAIN, PLAIN.replace("test_a", "check_a"), "deleted"),
    "renamed away by a letter": (PLAIN, PLAIN.replace("test_a", "_test_a"), "deleted"),
    "overridden by a later one": (PLAIN, PLAIN + "def test_a():\n    pass\n", "emptied"),
    "deleted at the end of the module": (PLAIN, PLAIN + "del test_a\n", "deleted"),
    "bound to nothing": (PLAIN, PLAIN + "test_a = None\n", "deleted"),
    "made a fixture": (PLAIN, "@pytest.fixture\n" + PLAIN, "deleted"),
    "class renamed": ("class TestA:\n    def test_a(self): assert f() == 1\n", "class A:\n    def test_a(self): assert f() == 1\n", "deleted"),
    "class given an init": ("class TestA:\n    def test_a(self): assert f() == 1\n", "class TestA:\n    def __init__(self): pass\n    def test_a(self): assert f() == 1\n", "deleted"),
    "skip mark": (PLAIN, "@pytest.mark.skip\n" + PLAIN, "new skip"),
    "skipif mark": (PLAIN, "@pytest.mark.skipif(True, reason='x')\n" + PLAIN, "new skip"),
    "xfail mark": (PLAIN, "@pytest.mark.xfail\n" + PLAIN, "new skip"),
    "mark behind a name": (PLAIN, "later = pytest.mark.skip\n@later\n" + PLAIN, "new skip"),
    "unittest skip": (PLAIN, "@unittest.skip('x')\n" + PLAIN, "new skip"),
    "expected failure": (PLAIN, "@unittest.expectedFailure\n" + PLAIN, "new skip"),
    "skip call": (PLAIN, "def test_a():\n    if g():\n        pytest.skip()\n    assert f(2) == 4\n", "new skip"),
    "skip on its class": ("class TestA:\n    def test_a(self): assert f() == 1\n", "@pytest.mark.skip\nclass TestA:\n    def test_a(self): assert f() == 1\n", "new skip"),
    "pytestmark": (PLAIN, "pytestmark = pytest.mark.skip\n" + PLAIN, "whole module"),
    "module-level skip": (PLAIN, "pytest.skip('x', allow_module_level=True)\n" + PLAIN, "whole module"),
    "importorskip": (PLAIN, "no = pytest.importorskip('no')\n" + PLAIN, "whole module"),
    "__test__": (PLAIN, "__test__ = False\n" + PLAIN, "whole module"),
    "under a condition": (PLAIN, "import sys\nif sys.platform == 'x':\n    def test_a():\n        assert f(2) == 4\n", "under a condition"),
    "fewer assertions": ("def test_a():\n    assert f(1) == 1\n    assert f(2) == 2\n", "def test_a():\n    assert f(1) == 1\n", "asserts less"),
    "truth for equality": (PLAIN, "def test_a():\n    assert f(2)\n", "says less"),
    "not None for equality": (PLAIN, "def test_a():\n    assert f(2) is not None\n", "says less"),
    "isinstance for equality": (PLAIN, "def test_a():\n    assert isinstance(f(2), int)\n", "says less"),
    "in for equality": (PLAIN, "def test_a():\n    assert f(2) in (3, 4, 5)\n", "says less"),
    "or": (PLAIN, "def test_a():\n    assert f(2) == 4 or f(2) == 5\n", "says less"),
    "or True": (PLAIN, "def test_a():\n    assert f(2) == 4 or True\n", "always true"),
    "assert True": (PLAIN, "def test_a():\n    f(2)\n    assert True\n", "always true"),
    "a tuple": (PLAIN, "def test_a():\n    assert (f(2) == 4, 'no')\n", "always true"),
    "a generator": (PLAIN, "def test_a():\n    assert (x == 4 for x in [f(2)])\n", "always true"),
    "itself": (PLAIN, "def test_a():\n    x = f(2)\n    assert x == x\n", "always true"),
    "masked by a constant": (PLAIN, "def test_a():\n    assert f(2)\n    assert 4 == 4\n", "says less"),
    "assertTrue": ("class TestA(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(2), 4)\n", "class TestA(unittest.TestCase):\n    def test_a(self): self.assertTrue(f(2))\n", "says less"),
    "assertTrue(True)": ("class TestA(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(2), 4)\n", "class TestA(unittest.TestCase):\n    def test_a(self): self.assertTrue(True)\n", "always true"),
    "approx rel": ("def test_a():\n    assert f() == pytest.approx(1.5)\n", "def test_a():\n    assert f() == pytest.approx(1.5, rel=0.5)\n", "tolerance"),
    "approx abs": ("def test_a():\n    assert f() == pytest.approx(1.5, abs=1e-9)\n", "def test_a():\n    assert f() == pytest.approx(1.5, abs=1)\n", "tolerance"),
    "approx by a constant": ("TOL = 1e-9\ndef test_a():\n    assert f() == pytest.approx(1.5, rel=TOL)\n", "TOL = 0.9\ndef test_a():\n    assert f() == pytest.approx(1.5, rel=TOL)\n", "tolerance"),
    "exact made wide": (PLAIN, "def test_a():\n    assert f(2) == pytest.approx(4, rel=0.9)\n", "tolerance"),
    "places": ("class TestA(unittest.TestCase):\n    def test_a(self): self.assertAlmostEqual(f(), 1.5)\n", "class TestA(unittest.TestCase):\n    def test_a(self): self.assertAlmostEqual(f(), 1.5, places=0)\n", "tolerance"),
    "allclose": ("import numpy as np\ndef test_a():\n    np.testing.assert_allclose(f(), 1.5, rtol=1e-7)\n", "import numpy as np\ndef test_a():\n    np.testing.assert_allclose(f(), 1.5, rtol=1e-1)\n", "tolerance"),
    "bound": ("def test_a():\n    assert abs(f() - 1) < 1e-6\n", "def test_a():\n    assert abs(f() - 1) < 10\n", "tolerance"),
    "emptied": ("def test_a():\n    main()\n", "def test_a():\n    pass\n", "emptied"),
    "emptied to a docstring": (PLAIN, "def test_a():\n    'later'\n", "emptied"),
    "cases cut": ("@pytest.mark.parametrize('x', [1, 2, 3])\ndef test_a(x):\n    assert f(x) == x\n", "@pytest.mark.parametrize('x', [1, 3])\ndef test_a(x):\n    assert f(x) == x\n", "2 parametrized cases, had 3"),
    "cases cut behind a name": ("XS = [1, 2, 3]\n@pytest.mark.parametrize('x', XS)\ndef test_a(x):\n    assert f(x) == x\n", "XS = [1]\n@pytest.mark.parametrize('x', XS)\ndef test_a(x):\n    assert f(x) == x\n", "1 parametrized cases, had 3"),
    "cases made the same": ("@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n", "@pytest.mark.parametrize('x', [1, 1])\ndef test_a(x):\n    assert f(x) == x\n", "parametrized cases"),
    "no case left": ("@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n", "@pytest.mark.parametrize('x', [])\ndef test_a(x):\n    assert f(x) == x\n", "parametrized cases"),
    "a case skipped": ("@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n", "@pytest.mark.parametrize('x', [1, pytest.param(2, marks=pytest.mark.skip)])\ndef test_a(x):\n    assert f(x) == x\n", "new skip"),
    "property dropped": ("from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_a(x):\n    assert f(x) == x\n", "def test_a(x=1):\n    assert f(x) == x\n", "property"),
    "raises widened": ("def test_a():\n    with pytest.raises(ValueError):\n        f()\n", "def test_a():\n    with pytest.raises(Exception):\n        f()\n", "widened to Exception"),
    "raises one more": ("def test_a():\n    with pytest.raises(ValueError):\n        f()\n", "def test_a():\n    with pytest.raises((ValueError, TypeError)):\n        f()\n", "widened to"),
    "match dropped": ("def test_a():\n    with pytest.raises(ValueError, match='no'):\n        f()\n", "def test_a():\n    with pytest.raises(ValueError):\n        f()\n", "message"),
    "swallowed": (PLAIN, "def test_a():\n    try:\n        assert f(2) == 4\n    except AssertionError:\n        pass\n", "caught"),
    "swallowed bare": (PLAIN, "def test_a():\n    try:\n        assert f(2) == 4\n    except:\n        print('no')\n", "caught"),
    "suppressed": (PLAIN, "def test_a():\n    with contextlib.suppress(Exception):\n        assert f(2) == 4\n", "caught"),
    "early return": (PLAIN, "def test_a():\n    f(2)\n    return\n    assert f(2) == 4\n", "asserts less"),
    "early return under a condition": (PLAIN, "def test_a():\n    if g():\n        return\n    assert f(2) == 4\n", "under a condition"),
    "if False": (PLAIN, "def test_a():\n    f(2)\n    if False:\n        assert f(2) == 4\n", "asserts less"),
    "under an if": (PLAIN, "def test_a():\n    if g():\n        assert f(2) == 4\n", "under a condition"),
    "a loop over nothing": (PLAIN, "def test_a():\n    f(2)\n    for _ in []:\n        assert f(2) == 4\n", "asserts less"),
    "helper weakened": ("def check(x):\n    assert f(x) == 1\ndef test_a():\n    check(2)\n", "def check(x):\n    assert f(x)\ndef test_a():\n    check(2)\n", "says less"),
    "mock call": ("def test_a(m):\n    f(m)\n    m.assert_called_with(1)\n", "def test_a(m):\n    f(m)\n    m.assert_called()\n", "says less"),
}  # fmt: skip

FINE = {
    "a new expected value": (PLAIN, "def test_a():\n    assert f(2) == 5\n"),
    "a new call": (PLAIN, "def test_a():\n    assert f(2, strict=True) == 4\n"),
    "more assertions": (PLAIN, PLAIN + "    assert f(3) == 9\n"),
    "equality for truth": ("def test_a():\n    assert f(2)\n", PLAIN),
    "an error instead of None": ("def test_a():\n    assert f(2) is None\n", "def test_a():\n    with pytest.raises(ValueError):\n        f(2)\n"),
    "a value instead of an error": ("def test_a():\n    with pytest.raises(ValueError):\n        f(2)\n", PLAIN),
    "another error": ("def test_a():\n    with pytest.raises(KeyError):\n        f(2)\n", "def test_a():\n    with pytest.raises(ValueError):\n        f(2)\n"),
    "another message": ("def test_a():\n    with pytest.raises(ValueError, match='a'):\n        f(2)\n", "def test_a():\n    with pytest.raises(ValueError, match='b'):\n        f(2)\n"),
    "a shorter expected list": ("def test_a():\n    assert f() == [1, 2, 3]\n", "def test_a():\n    assert f() == [1, 2]\n"),
    "two assertions made one": ("def test_a():\n    assert f()[0] == 1\n    assert f()[1] == 2\n", "def test_a():\n    assert f() == [1, 2]\n"),
    "joined by and": ("def test_a():\n    assert f(1) == 1\n    assert f(2) == 2\n", "def test_a():\n    assert f(1) == 1 and f(2) == 2\n"),
    "made parametrized": ("def test_a():\n    assert f(1) == 1\n    assert f(2) == 2\n", "@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n"),
    "made a loop": ("def test_a():\n    assert f(1) == 1\n    assert f(2) == 2\n", "def test_a():\n    for x in (1, 2):\n        assert f(x) == x\n"),
    "moved to a helper": (PLAIN, "def check(x, y):\n    assert f(x) == y\ndef test_a():\n    check(2, 4)\n"),
    "moved out of a helper": ("def check(x, y):\n    assert f(x) == y\ndef test_a():\n    check(2, 4)\n", PLAIN),
    "renamed": (PLAIN, PLAIN.replace("test_a", "test_the_square_of_two")),
    "renamed and edited": ("def test_a(tmp_path):\n    p = tmp_path / 'x'\n    p.write_text('1')\n    assert f(p) == 1\n", "def test_b(tmp_path):\n    p = tmp_path / 'x'\n    p.write_text('2')\n    assert f(p) == 2\n"),
    "reordered": (PLAIN + "def test_b():\n    assert g()\n", "def test_b():\n    assert g()\n" + PLAIN),
    "moved into a class": (PLAIN, "class TestF:\n    def test_a(self):\n        assert f(2) == 4\n"),
    "to pytest style": ("class TestA(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(2), 4)\n", PLAIN),
    "exact to nearly exact": (PLAIN, "def test_a():\n    assert f(2) == pytest.approx(4)\n"),
    "narrower": ("def test_a():\n    assert f() == pytest.approx(1.5, rel=1e-3)\n", "def test_a():\n    assert f() == pytest.approx(1.5, rel=1e-6)\n"),
    "a bound on a count": ("def test_a():\n    assert len(f()) < 10\n", "def test_a():\n    assert len(f()) < 12\n"),
    "one more case": ("@pytest.mark.parametrize('x', [1])\ndef test_a(x):\n    assert f(x) == x\n", "@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n"),
    "one more argument": ("@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n", "@pytest.mark.parametrize('x, y', [(1, 1), (2, 3)])\ndef test_a(x, y):\n    assert f(x) == y\n"),
    "cases named": ("@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    assert f(x) == x\n", "XS = [1, 2]\n@pytest.mark.parametrize('x', XS, ids=str)\ndef test_a(x):\n    assert f(x) == x\n"),
    "a new test with a skip": (PLAIN, PLAIN + "@pytest.mark.skipif(True, reason='x')\ndef test_b():\n    assert g()\n"),
    "a mark that only new tests use": (PLAIN, "slow = pytest.mark.skipif(True, reason='x')\n" + PLAIN + "@slow\ndef test_b():\n    assert g()\n"),
    "a skip taken away": ("@pytest.mark.skip\n" + PLAIN, PLAIN),
    "a fixture added": (PLAIN, "@pytest.fixture\ndef two():\n    return 2\ndef test_a(two):\n    assert f(two) == 4\n"),
    "both branches assert": (PLAIN, "import sys\ndef test_a():\n    if sys.version_info > (3, 12):\n        assert f(2) == 4\n    else:\n        assert f(2) == 5\n"),
    "another error is caught": (PLAIN, "def test_a():\n    try:\n        g()\n    except OSError:\n        pass\n    assert f(2) == 4\n"),
    "passed on": (PLAIN, "def test_a():\n    try:\n        assert f(2) == 4\n    except AssertionError:\n        print(f(2))\n        raise\n"),
    "a lint of True": ("def test_a():\n    assert f(2) == True\n", "def test_a():\n    assert f(2)\n"),
    "a lint of an empty list": ("def test_a():\n    assert f(2) == []\n", "def test_a():\n    assert not f(2)\n"),
    "a property for an example": (PLAIN, "from hypothesis import given, strategies as st\n@given(st.integers())\ndef test_a(x):\n    assert f(x) == x * x\n"),
    "determinism": ("def test_a():\n    assert f(2) == f(2)\n", "def test_a():\n    assert f(3) == f(3)\n"),
    "a match on another subject": ("def test_a(out):\n    assert 'one' in out\n", "def test_a(out):\n    assert 'two' in out\n"),
    "a word skip of its own": (PLAIN, "def test_a():\n    parser = g()\n    parser.skip()\n    assert f(2) == 4\n"),
    "wrapped": (PLAIN, PLAIN + "test_a = pytest.mark.slow(test_a)\n"),
    "async": (PLAIN, "async def test_a():\n    assert await f(2) == 4\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAKER)
def test_a_weaker_test_is_named_with_its_line(name: str) -> None:
    before, now, why = WEAKER[name]
    findings = after(before, now)
    assert any(why in one for one in findings), findings
    assert all(one.startswith(f"{T}:") and one.split(":")[1].isdigit() for one in findings)


@pytest.mark.parametrize("name", FINE)
def test_a_right_edit_of_a_test_is_let_pass(name: str) -> None:
    before, now = FINE[name]
    assert after(before, now) == []


@pytest.mark.parametrize("name", [*WEAKER, *FINE])
def test_a_test_that_did_not_change_is_not_weaker(name: str) -> None:
    for source in (WEAKER | FINE)[name][:2]:
        assert after(source, source + "\n# a word\n") == []


def test_a_moved_test_is_fine_and_a_weakened_moved_one_is_not() -> None:
    gone = {T: GONE}
    assert said(changed({T: PLAIN}, {**gone, "tests/unit/test_b.py": PLAIN}), "tests_kept") == []
    weak = PLAIN.replace(" == 4", "")
    assert "says less" in said(changed({T: PLAIN}, {**gone, "tests/unit/test_b.py": weak}), "tests_kept")[0]


def test_a_file_renamed_to_where_no_runner_looks_loses_its_tests() -> None:
    findings = said(changed({T: PLAIN}, {T: GONE, "tests/old_a.py": PLAIN}), "tests_kept")
    assert findings == ["tests/test_a.py:1: test_a was deleted, or renamed so that no runner finds it"]


def test_a_weakened_helper_in_a_file_of_its_own_is_named() -> None:
    case = changed(
        {"tests/tools.py": "def check(x):\n    assert x == 1\n"}, {"tests/tools.py": "def check(x):\n    pass\n"}
    )
    assert said(case, "tests_kept") == ["tests/tools.py:1: check: was emptied"]


def test_a_fixture_that_asserts_keeps_its_assertion() -> None:
    source = "import pytest\n@pytest.fixture\ndef db():\n    d = make()\n    assert d.rows == 3\n    return d\n"
    case = changed({"tests/conftest.py": source}, {"tests/conftest.py": source.replace("    assert d.rows == 3\n", "")})
    assert "asserts less" in said(case, "tests_kept")[0]


def test_a_ticket_may_allow_it() -> None:
    case = changed({T: PLAIN}, {T: GONE}, terms=Terms(allow=("tests_kept",)))
    assert said(case, "tests_kept") == []


def test_source_that_is_no_test_may_lose_functions() -> None:
    assert said(changed({"src/a.py": "def test_mode(): assert x == 1\n"}, {"src/a.py": "x = 1\n"}), "tests_kept") == []


def test_a_file_that_cannot_be_parsed_is_judged_by_its_words() -> None:
    newer = PLAIN + "def test_b():\n    assert g[1, *] =:= 2\n"
    case = changed({T: newer}, {T: newer.replace("    assert f(2) == 4\n", "    pass\n")})
    assert said(case, "tests_kept") == [f"{T}:1: cannot be parsed, and has 1 assertions where it had 2"]
    assert said(changed({T: newer}, {T: newer + "# more\n"}), "tests_kept") == []


def test_a_deleted_test_file_of_another_language_is_named_and_a_moved_one_is_not() -> None:
    gone = changed({"web/a.test.ts": "it()"}, {"web/a.test.ts": GONE})
    assert said(gone, "tests_kept") == ["web/a.test.ts: a file of tests was deleted"]
    moved = changed({"web/a.test.ts": "it()"}, {"web/a.test.ts": GONE, "web/b/a.test.ts": "it()"})
    assert said(moved, "tests_kept") == []


def test_the_triage_is_guard() -> None:
    assert found(changed({T: PLAIN}, {T: GONE}), "tests_kept")[0].triage is Triage.GUARD
