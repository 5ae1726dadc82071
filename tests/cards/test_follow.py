from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory.cards.backlog import json_line
from factory.cards.compile import compile_day
from factory.cards.follow import compile_follow, due_follows, strike_list, strike_list_path
from factory.errors import Mistake
from factory.tree import MemoryTree
from tests.cards.chain import lines, run_day
from tests.cards.plans import PLAN, plan

FILES = {f"src/{name}.py": f"print('{name}')\n" if name in "abc" else "x = 1\n" for name in "abcdef"}
BACKLOG = compile_day(plan(), MemoryTree(FILES))


def a_tag(path: str, start: int = 0, **more: object) -> dict[str, object]:
    place = {"line": 1, "start": start, "end": start + 1, "text": "x"}
    return {"rule": "greet", "path": path, "sha256": "0", "encoding": "ascii", **place, **more}


def test_a_follow_up_is_due_when_the_last_card_that_feeds_it_is_done() -> None:
    ids = [card.id for card in BACKLOG]
    tags = [card.id for card in BACKLOG if card.type == "TAG"]
    assert due_follows(BACKLOG, ids) == ("strike",)
    assert due_follows(BACKLOG, tags) == ("strike",)
    assert due_follows(BACKLOG, set(ids) - {tags[1]}) == ()


def test_a_strike_list_is_sorted_and_holds_each_tag_once_and_no_error() -> None:
    outputs = [json_line(a_tag("b")) + json_line(a_tag("a", 9)), json_line(a_tag("a", 10)) + json_line(a_tag("b"))]
    outputs += [json_line(a_tag("c", error="gone"))]
    listed = [json.loads(line) for line in strike_list(outputs).splitlines()]
    assert [(tag["path"], tag["start"]) for tag in listed] == [("a", 9), ("a", 10), ("b", 0)]
    assert strike_list(reversed(outputs)) == strike_list(outputs)


def test_what_is_no_tag_stops_the_list() -> None:
    with pytest.raises(Mistake, match=r"l.jsonl:1: not a tag: rule is missing"):
        strike_list([b"{}\n"], "l.jsonl")


def test_only_what_is_tagged_is_in_the_next_backlog() -> None:
    listed = strike_list([b"".join(json_line(a_tag(f"src/{name}.py")) for name in "aabc")])
    cards = compile_follow(plan(), "strike", listed, BACKLOG)
    assert [card.input.paths for card in cards] == [("src/a.py", "src/b.py"), ("src/c.py",), ()]
    assert [card.id for card in cards] == ["L3_STRIKE_000001", "L3_STRIKE_000002", "L8_SEAL_000002"]
    assert cards[0].input.reads == (strike_list_path(plan(), "strike"),) == ("output/20261121/strike_list.jsonl",)
    assert [rule.name for rule in cards[0].input.rules] == ["greet", "marks"]
    assert cards[2].deps == ("L3_STRIKE_000001", "L3_STRIKE_000002")


def test_nothing_tagged_is_nothing_to_strike() -> None:
    assert compile_follow(plan(), "strike", b"", BACKLOG) == ()


def test_a_follow_up_of_another_plan_is_a_mistake() -> None:
    listed = strike_list([json_line(a_tag("src/a.py"))])
    with pytest.raises(Mistake, match=r":13: follow.strike: no card of the backlog feeds it"):
        compile_follow(plan(), "strike", listed, BACKLOG[:3])


def test_the_chain_needs_no_person_and_changes_only_what_was_tagged(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    day = run_day(PLAN, tmp_path, MemoryTree(FILES))
    assert day.refused == ()
    assert {path: (tmp_path / path).read_text() for path in FILES} == {
        path: content.replace("print", "log") for path, content in FILES.items()
    }
    report = [json.loads(line) for line in lines(tmp_path / day.follow[-1].output)]
    assert [record["path"] for record in report] == [card.output for card in day.follow[:-1]]
    assert not list(tmp_path.rglob("*.part"))
