"""A model's edits, applied."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.proposals.hunks import SCHEMA, Edit, Hunk, Proposal, apply, spelt
from factory.proposals.placing import place

FILES = {"a.py": b"one\ntwo\nthree\ntwo\n", "dos.txt": b"one\r\ntwo\r\n", "bin": b"\xff\x00x"}


def hunk(path: str, *pairs: tuple[str, str]) -> Edit:
    return Edit(path=path, hunks=tuple(Hunk(search=s, replace=r) for s, r in pairs))


def why(*edits: Edit) -> str:
    applied = apply(edits, FILES.get)
    assert applied.files == {}
    return applied.rejected[0].reason


def test_hunks_apply_in_order_each_seeing_the_one_before() -> None:
    applied = apply([hunk("a.py", ("one", "four"), ("four\ntwo", "five"))], FILES.get)
    assert applied.files == {"a.py": b"five\nthree\ntwo\n"}
    assert applied.rejected == ()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (hunk("a.py", ("zero", "")), "not in the file"),
        (hunk("a.py", ("two", "")), "more than once"),
        (hunk("a.py", ("one", "1"), ("one", "1")), "hunk 2 is not in the file"),
        (hunk("a.py", ("", "x")), "searches for nothing"),
        (hunk("none.py", ("a", "b")), "no such file to change"),
        (Edit(path="none.py", delete=True), "no such file to delete"),
        (Edit(path="a.py"), "neither content nor hunks"),
        (Edit(path="a.py", content="x", hunks=(Hunk(search="a", replace="b"),)), "not both"),
        (Edit(path="a.py", content="\ud800"), "not Unicode"),
    ],
)
def test_what_does_not_apply_says_why_and_changes_nothing(edit: Edit, reason: str) -> None:
    assert reason in why(edit)


def test_overlapping_places_are_more_than_one() -> None:
    applied = apply([hunk("f", ("aa", "b"))], {"f": b"aaa"}.get)
    assert "more than once" in applied.rejected[0].reason


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", ".git/config", "a/.GIT/x", "a\\b", "a\0b", "./a"]
)
def test_a_path_that_leaves_the_tree_is_rejected(path: str) -> None:
    assert "plain relative path" in why(Edit(path=path, content="x"))


def test_one_bad_hunk_keeps_its_file_and_no_other() -> None:
    good = Edit(path="new.py", content="x\n")
    applied = apply([hunk("a.py", ("one", "1"), ("zero", "")), good], FILES.get)
    assert applied.files == {"new.py": b"x\n"}
    assert [r.path for r in applied.rejected] == ["a.py"]


def test_line_ends_of_a_file_are_kept() -> None:
    assert apply([hunk("dos.txt", ("one\ntwo", "1\n2"))], FILES.get).files == {"dos.txt": b"1\r\n2\r\n"}


def test_bytes_that_are_no_text_are_kept_around_a_hunk() -> None:
    assert apply([hunk("bin", ("x", "y"))], FILES.get).files == {"bin": b"\xff\x00y"}


def test_an_empty_content_beside_hunks_does_not_empty_the_file() -> None:
    edit = Edit(path="a.py", content="", hunks=(Hunk(search="one", replace="1"),))
    assert apply([edit], FILES.get).files["a.py"] == b"1\ntwo\nthree\ntwo\n"


def test_out_of_scope_is_rejected() -> None:
    applied = apply([Edit(path="a.py", content="x")], FILES.get, lambda path: path == "b.py")
    assert "outside" in applied.rejected[0].reason


@given(st.text(max_size=30), st.text(min_size=1, max_size=5), st.text(max_size=30), st.text(max_size=5))
def test_a_hunk_replaces_its_one_place_or_is_rejected(before: str, search: str, after: str, replace: str) -> None:
    if any("\r" in t for t in (before, search, after, replace)):
        return
    content = (before + search + after).encode()
    applied = apply([hunk("f", (search, replace))], {"f": content}.get)
    first = content.find(search.encode())
    once = content.find(search.encode(), first + 1) < 0
    assert (applied.files == {"f": (before + replace + after).encode()}) is once
    assert bool(applied.rejected) is not once


def test_the_schema_and_the_values_name_the_same_fields() -> None:
    edit = SCHEMA["properties"]["edits"]["items"]["properties"]
    assert set(SCHEMA["properties"]) == set(Proposal.model_fields)
    assert set(edit) == set(Edit.model_fields)
    assert set(edit["hunks"]["items"]["properties"]) == set(Hunk.model_fields)
    assert "$ref" not in json.dumps(SCHEMA)


def test_placing_writes_makes_folders_deletes_and_keeps_the_mode(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("old")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "gone").write_text("x")
    assert place(tmp_path, {"run.sh": b"new", "a/b/c": b"c", "gone": None}) == ()
    assert (tmp_path / "run.sh").read_text() == "new"
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "a/b/c").read_text() == "c"
    assert not (tmp_path / "gone").exists()


def test_placing_follows_no_link_and_opens_no_fifo(tmp_path: Path) -> None:
    import os

    room, outside = tmp_path / "room", tmp_path / "outside"
    room.mkdir()
    outside.mkdir()
    (outside / "f").write_text("kept")
    (room / "folder").symlink_to(outside)
    (room / "file").symlink_to(outside / "f")
    os.mkfifo(room / "fifo")
    failed = place(room, {"folder/new": b"x", "file": b"x", "fifo": b"x", "fifo/x": b"x"})
    assert len(failed) == 4
    assert [p.name for p in outside.iterdir()] == ["f"]
    assert (outside / "f").read_text() == "kept"


def test_a_path_is_the_repositorys_own_however_its_letters_are_composed() -> None:
    apart = unicodedata.normalize("NFD", "문서/설명.txt")
    edits = [hunk("문서/설명.txt"), hunk("문서/새.txt"), hunk("a.py")]
    assert [edit.path for edit in spelt(edits, [apart, "a.py"])] == [apart, "문서/새.txt", "a.py"]
