"""A small batch."""

from __future__ import annotations

from factory.model import Terms
from tests.guards.cases import GONE, by_hand, changed, said

TEN = "".join(f"line {n}\n" for n in range(10))
CAP = Terms(max_lines=9)


def test_more_lines_than_the_cap_are_refused() -> None:
    case = changed({}, {"a.py": TEN}, terms=CAP)
    assert said(case, "size") == [
        "a.py: 10 changed lines, the cap is 9; split the ticket, or set max_lines in its terms"
    ]


def test_as_many_lines_as_the_cap_are_let_pass() -> None:
    assert said(changed({}, {"a.py": TEN}, terms=Terms(max_lines=10)), "size") == []


def test_removed_lines_count_and_unchanged_ones_do_not() -> None:
    assert len(said(changed({"a.py": TEN}, {"a.py": GONE}, terms=CAP), "size")) == 1
    assert said(changed({"a.py": TEN}, {"a.py": TEN.replace("line 3", "3")}, terms=Terms(max_lines=2)), "size") == []
    assert (
        len(said(changed({"a.py": TEN}, {"a.py": TEN.replace("line 3", "3")}, terms=Terms(max_lines=1)), "size")) == 1
    )


def test_files_add_up_and_the_largest_is_named() -> None:
    findings = said(changed({}, {"a.py": "x\n" * 4, "b.py": "x\n" * 6}, terms=CAP), "size")
    assert findings[0].startswith("b.py: 10 changed lines")


def test_generated_lock_files_are_free() -> None:
    locks = {"requirements.lock": TEN, "web/package-lock.json": TEN, "poetry.lock": TEN}
    assert said(changed({}, locks, terms=CAP), "size") == []
    assert len(said(changed({}, {"locks.py": TEN}, terms=CAP), "size")) == 1


def test_binary_content_counts_by_its_bytes() -> None:
    assert len(said(changed({}, {"a.bin": b"\0" * 801}, terms=Terms(max_lines=10)), "size")) == 1
    assert said(changed({}, {"a.bin": b"\0" * 800}, terms=Terms(max_lines=10)), "size") == []


def test_a_mode_alone_has_no_size() -> None:
    assert said(changed({"a.py": TEN}, {}, terms=CAP, modes={"a.py": "100755"}), "size") == []


def test_there_is_no_cap_by_hand() -> None:
    assert said(by_hand({"a.py": "x\n" * 1000}), "size") == []
