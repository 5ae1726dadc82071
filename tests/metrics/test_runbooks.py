"""A runbook in Korean says what the English one says: as many sections, lists and items, and the very same to type."""

from __future__ import annotations

import re
from typing import Any

import pytest

from factory import pages
from factory.desk.panes.runbook import RunbookSection, sections
from factory.desk.panes.word_groups import GROUPS
from factory.observe.alerts import ALERTS, AlertRule

HEADS = ["뜻", "볼 곳", "할 일", "해제되는 때"]
EVERY = pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.name)


def shape(found: tuple[RunbookSection, ...]) -> list[list[tuple[str, list[list[str]]]]]:
    """Of each section its blocks, and of each line of a block what is typed. Korean may say it in another order."""
    return [[(block.kind, [_typed(line) for line in block.lines]) for block in section.blocks] for section in found]


def _typed(line: Any) -> list[str]:
    return sorted(piece.text for piece in line if piece.code)


@EVERY
def test_a_korean_runbook_has_the_sections_the_items_and_the_commands_of_the_english_one(rule: AlertRule) -> None:
    english, korean = (sections(pages.page(rule.runbook, language)) for language in ("en", "ko"))
    assert [section.head for section in korean] == HEADS
    assert shape(korean) == shape(english)


@EVERY
def test_a_korean_runbook_begins_with_the_alerts_own_words_and_is_korean(rule: AlertRule) -> None:
    text = pages.page(rule.runbook, "ko")
    assert text.startswith(f"# {rule.name}\n\n**{GROUPS['priorities'][rule.priority][1]}.** {rule.korean}\n\n## ")
    for section in sections(text):
        for block in section.blocks:
            for line in block.lines:
                words = "".join(piece.text for piece in line if not piece.code)
                assert re.search("[가-힣]", words) or not re.search(r"\w", words), words
                assert "`" not in words


def test_a_page_that_lacks_an_item_or_a_command_is_told_apart() -> None:
    text = pages.page("FactoryStorm", "ko")
    whole = shape(sections(text))
    for there, instead in (("3. `factory run`.\n", ""), ("`factory dry`", "`factory day`"), ("\n## 할 일\n", "")):
        assert text.count(there) == 1
        assert shape(sections(text.replace(there, instead))) != whole


@EVERY
def test_a_runbook_is_brought_in_the_language_that_is_asked_for(rule: AlertRule) -> None:
    english, korean = (pages.page(rule.runbook, language) for language in ("en", "ko"))
    assert pages.page(rule.runbook) == english != korean
    assert pages.page(f"{rule.runbook}.ko", "en") == korean
