"""The change stays inside what the ticket lets it touch."""

from __future__ import annotations

from factory.model import Terms, Triage
from tests.guards.cases import GONE, by_hand, changed, found, plan, said

ONLY = plan(modify=("src/dates.py", "tests/**"))


def test_a_path_outside_modify_is_named() -> None:
    case = changed({"src/dates.py": "1"}, {"src/dates.py": "2", "src/other.py": "3"}, told=ONLY)
    assert said(case, "scope") == [
        "src/other.py: added, but is outside what the ticket may modify (src/dates.py, tests/**)"
    ]
    assert found(case, "scope")[0].triage is Triage.SCOPE


def test_what_modify_names_is_let_pass() -> None:
    assert (
        said(changed({"src/dates.py": "1"}, {"src/dates.py": "2", "tests/a/test_b.py": "x"}, told=ONLY), "scope") == []
    )


def test_a_ticket_that_names_nothing_may_touch_everything() -> None:
    assert said(changed({}, {"a/b/c.py": "x", "README.md": "y"}), "scope") == []


def test_both_ends_of_a_rename_count() -> None:
    case = changed({"src/a.py": "1"}, {"src/a.py": GONE, "tests/a.py": "1"}, told=ONLY)
    assert [f.path for f in found(case, "scope")] == ["src/a.py"]
    back = changed({"tests/a.py": "1"}, {"tests/a.py": GONE, "src/a.py": "1"}, told=ONLY)
    assert [f.path for f in found(back, "scope")] == ["src/a.py"]


def test_a_mode_counts() -> None:
    case = changed({"run.sh": "x"}, {}, told=ONLY, modes={"run.sh": "100755"})
    assert said(case, "scope")[0].startswith("run.sh: given mode 100755 instead of 100644, but is outside")


def test_read_only_hidden_and_forbidden_win_over_modify() -> None:
    told = plan(modify=("**",), readonly=("a.py",), forbidden=("b.py",))
    terms = Terms(readonly=("c.py",), hidden=("acceptance/**",))
    case = changed(
        {}, {"a.py": "", "b.py": "", "c.py": "", "acceptance/test_a.py": "", "d.py": ""}, told=told, terms=terms
    )
    assert [f.path for f in found(case, "scope")] == ["a.py", "acceptance/test_a.py", "b.py", "c.py"]


def test_there_is_no_scope_by_hand() -> None:
    assert said(by_hand({"a.py": "x"}), "scope") == []
