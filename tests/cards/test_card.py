from __future__ import annotations

import pytest
from pydantic import ValidationError

from factory.cards.card import Accept, WorkItem, card_parts
from tests.cards.plans import card

FIELDS = {"id", "lane", "prio", "type", "input", "output", "accept", "failfast", "cost_hint", "deps"}


def test_a_card_has_the_ten_fields_and_no_other() -> None:
    assert set(WorkItem.model_fields) == FIELDS
    with pytest.raises(ValidationError, match="Extra inputs"):
        WorkItem.model_validate({**card().model_dump(by_alias=True), "status": "DONE"})


def test_an_id_says_lane_type_and_serial() -> None:
    assert card_parts("L1_SCAN_000123") == (1, "SCAN", 123)


@pytest.mark.parametrize("bad", ["L9_SCAN_000001", "L0_SCAN_000001", "L1_scan_000001", "L1_SCAN_1", "L1_SCAN_000001\n"])
def test_what_is_no_id_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="is no card id"):
        card_parts(bad)


@pytest.mark.parametrize("change", [{"lane": 2}, {"type": "TAG"}, {"deps": ("L1_SCAN_000001",)}, {"lane": 9}])
def test_a_card_that_contradicts_its_id_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkItem.model_validate({**card().model_dump(by_alias=True), **change})


@pytest.mark.parametrize("output", ["/etc/x", "../x", "a/../../x", "", "a//b", ".git/hooks/x", ".Factory/x", "a\0b"])
def test_an_output_outside_the_repository_is_refused(output: str) -> None:
    with pytest.raises(ValidationError, match="not a path inside the repository"):
        WorkItem.model_validate({**card().model_dump(by_alias=True), "output": output})


@pytest.mark.parametrize("missing", ["type", "accept"])
def test_a_card_without_type_or_accept_is_refused(missing: str) -> None:
    record = card().model_dump(by_alias=True)
    del record[missing]
    with pytest.raises(ValidationError, match=missing):
        WorkItem.model_validate(record)


def test_an_accept_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="asks for nothing"):
        Accept.model_validate({"command": "  "})
