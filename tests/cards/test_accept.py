from __future__ import annotations

from typing import Any

import pytest

from factory.cards.accept import accept, watched
from factory.cards.backlog import json_line
from factory.cards.card import Accept, FailedFast, Failfast, WorkItem
from factory.cards.shapes import NAMED, misfit, shape_fault
from factory.errors import Exit
from tests.cards.plans import card


def with_terms(fast: dict[str, Any] | None = None, **terms: Any) -> WorkItem:
    base = card(paths=("a", "b"), accept=Accept.model_validate(terms))
    return base.model_copy(update={"failfast": Failfast.model_validate(fast or {})})


def reasons(item: WorkItem, *records: object) -> list[str]:
    return accept(item, [json_line(record) for record in records])


@pytest.mark.parametrize(
    ("count", "good", "bad"),
    [("inputs", 2, 3), (1, 1, 0), ({"min": 1}, 5, 0), ({"max": 2}, 0, 3), ({"min": 1, "max": 2}, 2, 3), (0, 0, 1)],
)
def test_a_count_holds(count: object, good: int, bad: int) -> None:
    item = with_terms(count=count)
    assert reasons(item, *[{}] * good) == []
    assert len(reasons(item, *[{}] * bad)) == 1


def test_a_schema_of_keys_holds_for_every_record() -> None:
    item = with_terms(schema={"path": "string", "score": "number?", "n": "integer"})
    assert reasons(item, {"path": "a", "n": 1}, {"path": "b", "n": 2, "score": 0.5, "more": []}) == []
    found = reasons(
        item, {"n": 1}, {"path": 1, "n": 1}, {"path": "a", "n": True}, {"path": "a", "n": 1, "score": "x"}, []
    )
    assert found == [
        "out/1.jsonl:1: path is missing",
        "out/1.jsonl:2: path is no string",
        "out/1.jsonl:3: n is no integer",
        "out/1.jsonl:4: score is no number",
        "out/1.jsonl:5: not an object",
    ]


def test_a_named_schema_allows_no_other_key() -> None:
    record = {"path": "a", "root": "", "size": 1, "sha256": "x"}
    assert misfit(record, "seal") == ""
    assert misfit({**record, "size_": 1}, "seal") == "unknown key size_"
    assert shape_fault("seal") == ""
    assert set(NAMED) == {"index", "tag", "strike", "verify", "seal"}


@pytest.mark.parametrize("line", [b"{]\n", b"{}", b"\xff\n", b"\n", b"[" * 100_000 + b"\n"])
def test_an_output_that_is_no_jsonl_is_refused(line: bytes) -> None:
    assert len(accept(with_terms(count=1), [line])) == 1


def test_the_first_twenty_bad_lines_are_named_and_the_count_is_still_judged() -> None:
    found = reasons(with_terms(schema="seal", count=1), *[{}] * 1000)
    assert len(found) == 21
    assert found[-1] == "out/1.jsonl: 1,000 records, accepted: 1"


def test_failfast_holds_for_a_finished_output_too() -> None:
    wrong = {"error": "gone"}
    assert reasons(with_terms(count={"min": 0}), wrong) == ["failfast: 1 error, allowed: 0"]
    assert reasons(with_terms({"errors": 1}, count={"min": 0}), wrong) == []
    assert reasons(with_terms({"records": 1}, count={"min": 0}), {}, {}) == ["failfast: 2 records, allowed: 1"]


@pytest.mark.parametrize("fast", [{"errors": 0}, {"records": 2, "errors": 9}])
def test_a_worker_is_stopped_at_the_first_record_that_meets_a_condition(fast: dict[str, int]) -> None:
    made = []

    def records() -> Any:
        for number in range(1000):
            made.append(number)
            yield {"path": "a", **({"error": "gone"} if number == 2 else {})}

    with pytest.raises(FailedFast, match="L1_SCAN_000001: failfast: ") as error:
        list(watched(with_terms(fast, count=1), records()))
    assert made == [0, 1, 2]
    assert error.value.exit is Exit.FAIL
