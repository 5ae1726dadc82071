from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.cards.backlog import json_line, json_lines, read_backlog, write_backlog
from factory.cards.card import Accept, Span
from factory.cards.places import backlog_path, packet_path
from factory.cards.rule import CardRule
from factory.errors import Mistake
from tests.cards.plans import card

RULES = (CardRule(name="r", regex="a(b)", fix=r"\1"), CardRule(name="w", where={"lines": "> 3", "size": 4}))
TEXT = st.text(st.characters(), max_size=20)
CARDS = st.lists(
    st.builds(
        card,
        st.sampled_from(["SCAN", "TAG"]),
        st.integers(1, 999_999),
        prio=st.sampled_from("ABCD"),
        paths=st.lists(TEXT, max_size=3).map(tuple),
        rules=st.sampled_from([(), RULES]),
        accept=st.sampled_from([Accept(count=Span(min=1)), Accept(shape={"a": "string?"}), Accept(command="true")]),
    ),
    unique_by=lambda made: made.id,
    max_size=10,
)


@given(CARDS)
def test_what_is_written_is_what_is_read(cards: list[object]) -> None:
    content = write_backlog(cards)  # type: ignore[arg-type]
    assert read_backlog(content) == tuple(cards)
    assert write_backlog(read_backlog(content)) == content
    assert content.count(b"\n") == len(cards)


def test_a_line_has_the_ten_fields_of_a_card() -> None:
    record = json.loads(write_backlog([card()]))
    assert set(record) == {"id", "lane", "prio", "type", "input", "output", "accept", "failfast", "cost_hint", "deps"}


def test_a_card_twice_is_refused() -> None:
    with pytest.raises(Mistake, match=":2: L1_SCAN_000001 is there twice"):
        read_backlog(write_backlog([card()]) * 2, "b.jsonl")
    with pytest.raises(Mistake, match="twice"):
        write_backlog([card(), card()])


@pytest.mark.parametrize("bad", [b"{}\n", b"[]\n", b"nonsense\n", b"\n", b"\xff\n", b'{"id": "L1_SCAN_000002"}\n'])
def test_a_line_that_is_no_card_is_named(bad: bytes) -> None:
    with pytest.raises(Mistake, match=r"b\.jsonl:2: "):
        read_backlog(write_backlog([card()]) + bad, "b.jsonl")


@given(st.integers(1, 200))
def test_a_backlog_that_was_cut_off_is_refused(cut: int) -> None:
    content = write_backlog([card()])
    with pytest.raises(Mistake, match=":1: the last line is cut off"):
        read_backlog(content[: -min(cut, len(content) - 1)], "b.jsonl")


@given(st.text(st.characters()))
def test_any_string_is_one_line_and_reads_back(text: str) -> None:
    line = json_line({"path": text})
    assert line.count(b"\n") == 1
    assert [record for _, record in json_lines(line)] == [{"path": text}]


def test_paths_of_backlogs_and_packets() -> None:
    assert backlog_path("20261121") == "ssot/backlog/backlog_20261121.jsonl"
    assert backlog_path("20261121", "strike") == "ssot/backlog/backlog_20261121_strike.jsonl"
    assert packet_path("20261121", 2, "A") == "ssot/packets/20261121/truck_002/packet_A.jsonl"
