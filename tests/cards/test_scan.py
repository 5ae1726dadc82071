from __future__ import annotations

import hashlib
import io
import os
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.cards import measure
from factory.cards.measure import Measure
from factory.cards.shapes import misfit
from factory.cards.sources import FolderFiles, TreeFiles
from factory.cards.workers.scan import scan
from factory.tree import MemoryTree
from tests.cards.plans import card


def indexed(content: bytes, path: str = "a.py") -> dict[str, Any]:
    files = TreeFiles(MemoryTree({path: content}))
    (record,) = scan(card(paths=(path,)), files, files)
    assert misfit(record, "index") == ""
    return record


class Trickle(io.BytesIO):
    """Gives three bytes at a time, whatever is asked."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


@given(
    st.one_of(
        st.binary(max_size=60), st.text(max_size=30).map(str.encode), st.text(" a\n\r", max_size=40).map(str.encode)
    )
)
def test_a_stream_is_measured_the_same_however_it_is_cut(content: bytes) -> None:
    lines = content.split(b"\n")
    lines = lines if lines[-1] else lines[:-1]
    for stream in (io.BytesIO(content), Trickle(content)):
        found = Measure(stream)
        assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert found.lines == len(lines)
        assert found.blank == sum(not line.strip() for line in lines)
        assert found.longest == max(map(len, lines), default=0)
        assert found.content == content
        whole = Measure(io.BytesIO(content))
        assert found.encoding == whole.encoding


@pytest.mark.parametrize(
    ("content", "encoding", "kind"),
    [
        (b"", "ascii", "empty"),
        (b"x = 1\n", "ascii", "python"),
        ("x = 'é'\n".encode(), "utf-8", "python"),
        (b"\xef\xbb\xbfx = 1\n", "utf-8-sig", "python"),
        ("x = 1\n".encode("utf-16"), "utf-16", "python"),
        ("x = 1\n".encode("utf-32"), "utf-32", "python"),
        (b"# coding: latin-1\nx = '\xe9'\n", "iso8859-1", "python"),
        ("# coding: euc-kr\nx = '한글'\n".encode("euc-kr"), "euc_kr", "python"),
        (b"# coding: no-such\nx = '\xe9'\n", "8bit", "python"),
        (b"# coding: hex\n\xff", "8bit", "python"),
        (b"x = '\xe9'\n", "8bit", "python"),
        (b"\x7fELF\0\0", "binary", "binary"),
    ],
)
def test_encoding_and_kind(content: bytes, encoding: str, kind: str) -> None:
    record = indexed(content)
    assert (record["encoding"], record["kind"]) == (encoding, kind)


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("a.RS", b"x", "rust"), ("Makefile", b"x", "text"), (".py", b"x", "text"), ("d.py/file", b"x", "text"),
        ("tool", b"#!/usr/bin/env python3\n", "python"), ("tool", b"#!/usr/bin/env -S node x\n", "javascript"),
        ("tool", b"#!/bin/sh\n", "bash"), ("tool", b"#!\n", "text"),
    ],
)  # fmt: skip
def test_kind_is_by_suffix_then_by_interpreter(path: str, content: bytes, kind: str) -> None:
    assert indexed(content, path)["kind"] == kind


def test_python_definitions_have_the_names_around_them() -> None:
    record = indexed(b"class A:\n    def f(self):\n        def g(): pass\nasync def h(): '\\d'\n")
    assert record["definitions"] == [
        {"name": "A", "kind": "class", "line": 1},
        {"name": "A.f", "kind": "function", "line": 2},
        {"name": "A.f.g", "kind": "function", "line": 3},
        {"name": "h", "kind": "function", "line": 4},
    ]
    assert "unparsed" not in record


@pytest.mark.parametrize(
    ("path", "content", "names"),
    [
        ("a.js", "function f() {}\nclass A { g() {} }", ["f", "A", "g"]),
        ("a.go", "package p\nfunc f() {}\ntype T struct{}", ["f", "T"]),
        ("a.rs", "fn f() {}\nstruct S;", ["f", "S"]),
        ("a.java", "class A { void f() {} }", ["A", "f"]),
        ("a.ts", "interface I {}\nfunction f(): void {}", ["I", "f"]),
        ("a.sh", "f() { :; }", ["f"]),
        ("a.rb", "class A\n def f\n end\nend", ["A", "f"]),
        ("a.md", "# f", []),
    ],
)
def test_other_languages_have_definitions_too(path: str, content: str, names: list[str]) -> None:
    assert [found["name"] for found in indexed(content.encode(), path)["definitions"]] == names


@pytest.mark.parametrize("content", [b"def f(:\n", b"(" * 5000, b"-" * 100_000 + b"1", b"x = '\xe9'\n"])
def test_python_that_does_not_parse_says_why_and_is_no_error(content: bytes) -> None:
    record = indexed(content)
    assert record["unparsed"]
    assert (record["definitions"], "error" in record) == ([], False)


def test_a_file_that_cannot_be_read_has_a_record_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("s")
    (tmp_path / "in/link.py").symlink_to(tmp_path / "secret")
    (tmp_path / "in/out").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "in/pipe")
    paths = ("gone.py", "link.py", "out/secret", "pipe", "../secret", str(tmp_path / "secret"), ".")
    files = FolderFiles(str(tmp_path / "in"))
    records = list(scan(card(paths=paths), files, files))
    assert [record["path"] for record in records] == list(paths)
    assert all(record["error"] and not record["sha256"] for record in records)
    assert not any(str(tmp_path) in record["error"] for record in records[:5])


class Endless(io.RawIOBase):
    """A file of a given size that was never written anywhere; without newlines but one."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return b"a" * (size - 1) + (b"a" if self._left else b"\n") if size else b""


def test_a_large_file_is_never_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "HELD", 2 << 20)
    stream: BinaryIO = Endless(200 << 20)  # type: ignore[assignment]
    tracemalloc.start()
    try:
        found = Measure(stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.size, found.lines, found.longest) == (200 << 20, 1, (200 << 20) - 1)
    assert found.content is None
    assert peak < 12 << 20
