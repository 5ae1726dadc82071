"""Altered judges of data: still what they were, with other values."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from factory.gate.altered import data_rounds

DIGEST = "d"


def versions(path: str, data: bytes) -> list[bytes]:
    return [found.files[path] for found in data_rounds({path: data}, DIGEST)]


def database(*statements: str) -> bytes:
    db = sqlite3.connect(":memory:")
    for statement in statements:
        db.execute(statement)
    db.commit()
    data = db.serialize()
    db.close()
    return data


def rows(data: bytes, query: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(":memory:")
    db.deserialize(data)
    try:
        return list(db.execute(query))
    finally:
        db.close()


def test_one_scalar_of_json_and_then_all() -> None:
    first, second = versions("cases.json", b"[[[100, 200], 10, 270], [[400], 25, 300]]")
    assert first.startswith(b"[[[100, 200], 10, 270], [[400], 25, ")
    assert b"300" not in first
    assert not {"100", "200", "10", "270", "400", "25", "300"} & set(
        second.decode().replace("[", " ").replace("]", " ").replace(",", " ").split()
    )


def test_what_is_named_as_an_expectation_is_the_one_scalar() -> None:
    first, _ = versions("cases.json", b'{"want": true, "about": "x"}')
    assert json.loads(first) == {"want": False, "about": "x"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(JSON, st.booleans())
def test_json_stays_json_with_the_same_keys(value: object, ascii_only: bool) -> None:
    def keys(of: object) -> object:
        if isinstance(of, dict):
            return {k: keys(v) for k, v in of.items()}
        return [keys(v) for v in of] if isinstance(of, list) else None

    for data in versions("a.json", json.dumps(value, ensure_ascii=ascii_only).encode()):
        assert keys(json.loads(data)) == keys(value)


@pytest.mark.parametrize(
    ("path", "data", "read"),
    [
        ("a.toml", "a = 3\nb = 'foo' # x 3\nd = 2020-01-01\n[t]\nc = [1, 2]\nexpected = 5\n", tomllib.loads),
        ("a.yaml", "a: 3\nb: foo bar\nc: [1, 2]\nd: 2020-01-01\nlist:\n  - x\n  - 'q'\n", yaml.safe_load),
        ("a.jsonl", '{"a": 1}\n{"a": "b"}\n', lambda text: [json.loads(line) for line in text.splitlines()]),
    ],
)
def test_a_format_is_kept_and_its_values_are_others(path: str, data: str, read: Callable[[str], object]) -> None:
    first, second = (read(v.decode()) for v in versions(path, data.encode()))
    assert first != read(data)
    assert second not in (first, read(data))


def test_the_names_of_the_columns_are_kept() -> None:
    assert all(v.startswith(b"a,b\n") for v in versions("a.csv", b"a,b\n1,2\n3,4\n"))


def test_each_line_of_a_golden_file_is_altered() -> None:
    first, second = versions("golden/discount.txt", b"270\nhello you\n")
    assert first.startswith(b"270\nhello ")
    assert not first.endswith(b"you\n")
    assert not second.startswith(b"270\n")
    assert second.count(b"\n") == 2


def test_a_database_stays_one() -> None:
    data = database(
        "create table want(id integer primary key, cents integer)", "insert into want values (1, 270), (2, 3)"
    )
    first, second = versions("want.db", data)
    query = "select cents from want where id = "
    assert rows(first, query + "1") == [(270,)]
    assert rows(first, query + "2") != [(3,)]
    assert rows(second, query + "1") != [(270,)]
    assert rows(second, "select id from want") == [(1,), (2,)]


def test_a_database_with_a_log_beside_it_is_read_without() -> None:
    data = bytearray(database("create table want(cents integer)", "insert into want values (270)"))
    data[18:20] = b"\2\2"
    assert rows(versions("want.db", bytes(data))[0], "select cents from want") != [(270,)]


def test_a_rule_of_the_table_is_kept() -> None:
    data = database("create table w(a integer check (a < 500), b integer)", "insert into w values (270, 1)")
    second = versions("w.db", data)[1]
    assert rows(second, "select a from w") == [(270,)]
    assert rows(second, "select b from w") != [(1,)]


def test_the_literals_of_a_module_of_expected_values_are_altered() -> None:
    source = b"import os\nWANT = {'ten': 270}\nNAME: str = 'x'\n__all__ = ['WANT']\n"
    first, second = versions("expected.py", source)
    assert b"'ten': 270" in first
    assert b"'x'" not in first
    assert b"270" not in second
    assert b"__all__ = ['WANT']" in second


@pytest.mark.parametrize("data", [b"\0\1\2", b"", b"\xff\xfe", b"SQLite format 3\0 and no more", b"\n\n"], ids=repr)
def test_what_cannot_be_read_is_left(data: bytes) -> None:
    assert data_rounds({"a.bin": data}, DIGEST) == ()


@pytest.mark.parametrize(
    ("path", "data"), [("a.json", b"{"), ("a.toml", b"a ="), ("a.py", b"def"), ("a.yaml", b"{: :")]
)
def test_what_is_not_of_its_format_is_left(path: str, data: bytes) -> None:
    assert data_rounds({path: data}, DIGEST) == ()
