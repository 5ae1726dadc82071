"""A small batch."""

from __future__ import annotations

import pytest

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


PACKAGES = [f'"node_modules/p{n}": {{\n"version": "1.{n}.0",\n"integrity": "{n:088}"\n}},\n' for n in range(7000)]


def test_a_lock_file_counts_by_its_bytes_so_that_a_real_bump_passes() -> None:
    locks = {"requirements.lock": TEN, "web/package-lock.json": TEN, "poetry.lock": TEN}
    assert said(changed({}, locks, terms=CAP), "size") == []
    before = "".join(PACKAGES)
    assert len(before) > 1_000_000
    after = before.replace('"1.', '"2.').replace(': "0', ': "9')
    assert said(changed({"package-lock.json": before}, {"package-lock.json": after}), "size") == []


@pytest.mark.parametrize("path", ["package-lock.json", "go.sum", "till/uv.lock", "deps.lock", "notes.txt", "a.bin"])
def test_megabytes_of_noise_are_refused_under_any_name(path: str) -> None:
    noise = b"0123456789abcdef" * (8_000_000 // 16)
    for content in (noise, noise.replace(b"f0123456789", b"f012\0456789"), noise.replace(b"f0", b"\n0")):
        assert len(said(changed({}, {path: content}), "size")) == 1


@pytest.mark.parametrize("path", ["locks.py", "deps.lock", "my.lock", "go.sum.py"])
def test_only_the_lock_files_of_known_tools_count_so(path: str) -> None:
    assert len(said(changed({}, {path: TEN}, terms=CAP), "size")) == 1


def test_a_file_costs_a_line_at_least() -> None:
    files = {f"pkg/{n}.py": "" for n in range(10)}
    assert said(changed({}, files, terms=CAP), "size")[0].startswith("pkg/0.py: 10 changed lines")
    links = changed({}, dict.fromkeys(files, "a"), terms=CAP, modes=dict.fromkeys(files, "120000"))
    assert len(said(links, "size")) == 1
    assert len(said(changed(files, dict.fromkeys(files, GONE), terms=CAP), "size")) == 1


@pytest.mark.parametrize("path", ["a.py", "a.txt", "a.md"])
def test_another_line_ending_counts_each_line(path: str) -> None:
    case = changed({path: "x\n" * 804}, {path: "x\r\n" * 804})
    assert len(said(case, "size")) == 1
    assert said(changed({path: "x\n" * 4}, {path: "x\r\n" * 4}, terms=CAP), "size") == []


def test_bytes_that_are_no_text_of_utf8_count_too() -> None:
    case = changed({"a.py": b"\xe9\n" * 10}, {"a.py": b"\xe8\n" * 10}, terms=CAP)
    assert len(said(case, "size")) == 1


def test_binary_content_counts_by_its_bytes() -> None:
    assert len(said(changed({}, {"a.bin": b"\0" * 801}, terms=Terms(max_lines=10)), "size")) == 1
    assert said(changed({}, {"a.bin": b"\0" * 800}, terms=Terms(max_lines=10)), "size") == []


def test_a_mode_alone_has_no_size() -> None:
    assert said(changed({"a.py": TEN}, {}, terms=CAP, modes={"a.py": "100755"}), "size") == []


def test_there_is_no_cap_by_hand() -> None:
    assert said(by_hand({"a.py": "x\n" * 1000}), "size") == []
