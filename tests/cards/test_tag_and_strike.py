from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.cards.backlog import json_line
from factory.cards.rule import CardRule
from factory.cards.shapes import misfit
from factory.cards.sources import TreeFiles
from factory.cards.workers import work
from factory.cards.workers.scan import scan
from factory.cards.workers.strike import strike, struck
from factory.cards.workers.tag import tag
from factory.cards.workers.verify import verify
from factory.errors import CouldNotRun
from factory.tree import MemoryTree
from tests.cards.plans import card

Records = list[dict[str, Any]]
TAG_MODULE = importlib.import_module("factory.cards.workers.tag")  # the package has a function of that name
PRINT = CardRule(name="greet", ast="print($A, $$$B)", fix="log($A, [$$$B])")
MARK = CardRule(name="mark", regex="X(.)X", fix=r"<\1>")
LONG = CardRule(name="long", where={"lines": "> 2"}, report="too long")


def tagged(files: dict[str, bytes], *rules: CardRule, now: dict[str, bytes] | None = None) -> Records:
    """The tags of files, as they are now, by an index made before."""
    before = TreeFiles(MemoryTree(files))
    index = b"".join(map(json_line, scan(card(paths=tuple(files)), before, before)))
    there = TreeFiles(MemoryTree({**(files if now is None else now), "index": index}))
    records = list(tag(card("TAG", reads=("index",), rules=rules), there, there))
    assert [misfit(record, "tag") for record in records] == [""] * len(records)
    return records


def strikes(files: dict[str, bytes], tags: Records, *rules: CardRule, paths: tuple[str, ...] = ()) -> Records:
    there = TreeFiles(MemoryTree({**files, "list": b"".join(map(json_line, tags))}))
    item = card("STRIKE", paths=paths or tuple(files), reads=("list",), rules=rules)
    records = list(strike(item, there, there))
    assert [misfit(record, "strike") for record in records] == [""] * len(records)
    return records


def places(records: Records) -> list[tuple[str, int, str]]:
    return [(record["rule"], record["line"], record["text"]) for record in records]


def test_rules_tag_by_regex_by_ast_and_by_index() -> None:
    content = "a = 'print(1, 2)'\nprint(é, 2)  # XaX XbX\r\n\n".encode()
    records = tagged({"a.py": content}, PRINT, MARK, LONG)
    assert sorted(places(records)) == [
        ("greet", 2, "print(é, 2)"),
        ("long", 1, ""),
        ("mark", 2, "XaX"),
        ("mark", 2, "XbX"),
    ]
    text = content.decode()
    assert all(text[r["start"] : r["end"]] == r["text"] for r in records)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({"kind": "python"}, ["a.py", "d/b.py"]),
        ({"path": "d/**"}, ["d/b.py"]),
        ({"lines": "< 2"}, ["d/b.py"]),
        ({"lines": 3, "kind": "text"}, ["c"]),
        ({"encoding": "utf-8"}, ["c"]),
        ({"nothing": 1}, []),
    ],
)
def test_where_chooses_files(where: dict[str, str | int], names: list[str]) -> None:
    files = {"a.py": b"1\n2\n3\n", "d/b.py": b"1", "c": "é\n\n\n".encode()}
    assert [record["path"] for record in tagged(files, CardRule(name="w", where=where))] == names


def test_an_empty_match_counts_only_where_a_line_has_no_other() -> None:
    assert places(tagged({"a": b"ab\n\nb\n"}, CardRule(name="r", regex="a*"))) == [
        ("r", 1, "a"),
        ("r", 2, ""),
        ("r", 3, ""),
        ("r", 4, ""),
    ]


def test_an_ast_rule_reads_only_files_of_its_language_and_no_binary_ones() -> None:
    assert tagged({"a.txt": b"print(1, 2)", "b.py": b"print(1, 2)\0"}, PRINT) == []


@pytest.mark.parametrize("now", [{"a.py": b"print(1, 3)"}, {}])
def test_a_file_that_changed_since_it_was_indexed_is_an_error_and_no_tag(now: dict[str, bytes]) -> None:
    (record,) = tagged({"a.py": b"print(1, 2)"}, PRINT, MARK, now=now)
    assert record["error"]


def test_an_index_that_is_gone_stops_the_card() -> None:
    files = TreeFiles(MemoryTree({}))
    with pytest.raises(CouldNotRun, match="L1_TAG_000001 reads index: "):
        list(tag(card("TAG", reads=("index",), rules=(MARK,)), files, files))


@pytest.mark.parametrize("index", [b"{}\n", b'{"path": "a"}\n', b"[1]\n", b"nonsense\n"])
def test_an_output_that_is_no_index_stops_the_card(index: bytes) -> None:
    files = TreeFiles(MemoryTree({"index": index}))
    for kind, worker in (("TAG", tag), ("STRIKE", strike), ("VERIFY", verify)):
        with pytest.raises(CouldNotRun, match=f"L1_{kind}_000001 reads index: "):
            list(worker(card(kind, reads=("index",), rules=(MARK,)), files, files))


LINES = st.lists(st.text("Xab\ré", max_size=6), max_size=12).map("\n".join)
END = CardRule(name="end", regex=r"X$")


@given(LINES)
def test_a_large_file_is_tagged_as_a_small_one_is(text: str) -> None:
    whole = tagged({"a": text.encode()}, MARK, END)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TAG_MODULE, "HELD", -1)
        assert tagged({"a": text.encode()}, MARK, END) == whole


def test_a_carriage_return_is_no_part_of_a_line() -> None:
    assert [record["line"] for record in tagged({"a": b"aX\r\nX\nXa\r\nX\r"}, END)] == [1, 2, 4]


def test_a_line_of_more_than_a_megabyte_keeps_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TAG_MODULE, "HELD", -1)
    monkeypatch.setattr(TAG_MODULE, "CHUNK", 8)
    content = b"a" * 20 + b"XbX\n" + b"XcX\n"
    assert [(r["line"], r["start"]) for r in tagged({"a": content}, MARK)] == [(1, 20), (2, 24)]


def test_a_large_file_that_an_ast_rule_should_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TAG_MODULE, "HELD", 4)
    (record,) = tagged({"a.py": b"print(1, 2)"}, PRINT)
    assert record["error"] == "too large to parse"
    changed = tagged({"a": b"XaXXX\n"}, MARK, now={"a": b"XaXXY\n"})
    assert [bool(record.get("error")) for record in changed] == [False, True]


def test_a_strike_replaces_what_is_tagged_and_nothing_else() -> None:
    files = {"a.py": "é = 1\r\nprint(é,  2, 3)  # XaX XbX\nXcX = 1\n".encode(), "b.py": b"XdX"}
    tags = tagged(files, PRINT, MARK)
    fewer = [one for one in tags if one["text"] != "XbX"]
    records = strikes(files, fewer, PRINT, MARK, paths=("a.py",))
    assert {record["action"] for record in records} == {"replace"}
    assert struck(files["a.py"], records) == "é = 1\r\nlog(é, [2, 3])  # <a> XbX\n<c> = 1\n".encode()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "euc-kr"])
def test_a_strike_keeps_every_other_byte_in_any_encoding(coding: str) -> None:
    text = f"# coding: {coding}\r\ny = '{'한' if coding != 'latin-1' else 'é'}'  # XaX"
    files = {"a.py": text.encode(coding)}
    records = strikes(files, tagged(files, MARK), MARK)
    assert struck(files["a.py"], records) == text.replace("XaX", "<a>").encode(coding)


def test_text_that_cannot_be_written_back_is_not_struck() -> None:
    files = {"a.py": b"\xfe\xff" + "XaX".encode("utf-16-be")}  # the codec would write it back in the other order
    (record,) = strikes(files, tagged(files, MARK), MARK)
    assert (record["action"], record["error"]) == ("report", "utf-16 text that cannot be written back as it was")


def test_a_replacement_inside_another_waits_for_the_next_plan() -> None:
    files = {"a.py": b"print(1, print(2, 3))"}
    records = strikes(files, tagged(files, PRINT), PRINT)
    assert [record["action"] for record in records] == ["replace", "overlap"]
    assert struck(files["a.py"], records) == b"log(1, [print(2, 3)])"


def test_a_rule_without_a_fix_gives_a_report() -> None:
    files = {"a": b"1\n2\n3\n"}
    (record,) = strikes(files, tagged(files, LONG), LONG)
    assert (record["action"], record["report"], struck(files["a"], [record])) == ("report", "too long", files["a"])


def test_a_file_that_changed_since_it_was_tagged_is_not_struck() -> None:
    tags = tagged({"a": b"XaX"}, MARK)
    for now in ({"a": b"XbX"}, {"b": b""}):
        (record,) = strikes(now, tags, MARK, paths=("a",))
        assert (record["action"], bool(record["error"])) == ("report", True)
    with pytest.raises(ValueError, match="changed since"):
        struck(b"XbX", strikes({"a": b"XaX"}, tags, MARK))


def test_a_tag_that_its_rule_does_not_bear_out_is_not_struck() -> None:
    files = {"a": b"XaX secret"}
    forged = [{**tagged(files, MARK)[0], "start": 4, "end": 10}, {**tagged(files, MARK)[0], "rule": "other"}]
    assert [record["error"] for record in strikes(files, forged, MARK)] == [
        "no rule other",
        "the rule finds nothing there",
    ]


def test_a_card_that_strikes_a_file_without_tags_has_an_error() -> None:
    (record,) = strikes({"a": b"XaX"}, [], MARK)
    assert record["error"] == "in no line of the strike list"


@given(st.lists(st.text("X ab\n\ré", max_size=8), max_size=8))
def test_a_strike_does_what_a_plain_replacement_does(parts: list[str]) -> None:
    import re

    files = {"a": "X".join(parts).encode()}
    records = strikes(files, tags, MARK) if (tags := tagged(files, MARK)) else []
    assert struck(files["a"], records) == re.sub(r"X([^\n])X", r"<\1>", files["a"].decode()).encode()


def test_every_type_without_a_built_in_worker_says_so() -> None:
    files = TreeFiles(MemoryTree({}))
    for item in (
        card("PATCH"),
        card().model_copy(update={"input": card().input.model_copy(update={"worker": "small"})}),
    ):
        with pytest.raises(CouldNotRun, match="no built-in worker"):
            work(item, files, files)


def test_work_gives_lines_of_json() -> None:
    files = TreeFiles(MemoryTree({"a": b"x"}))
    (line,) = work(card(paths=("a",)), files, files)
    assert json.loads(line)["path"] == "a"
