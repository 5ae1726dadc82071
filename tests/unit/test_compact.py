"""Eight bullets, the risks, and no silent cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.records.compact import BULLETS, HARD, SOFT, compact, tokens

SHORT = """I fixed the parser.

- reads ISO dates
  with a zone
* refuses 2026-13-01

## Risks
- dates before 1970 are not tested
"""


def test_a_short_summary_becomes_bullets_and_risks() -> None:
    page = compact(SHORT)
    assert page.text == (
        "- I fixed the parser.\n- reads ISO dates with a zone\n- refuses 2026-13-01\n"
        "\n## Risks\n\n- dates before 1970 are not tested\n"
    )
    assert not page.trimmed
    assert not page.blocked


@pytest.mark.parametrize("summary", ["", "Done.", "- done\n\nRisks:\n", "## Summary\n- done"])
def test_a_summary_without_risks_says_so(summary: str) -> None:
    assert compact(summary).text.endswith("## Risks\n\n- none named\n")


@pytest.mark.parametrize(
    "summary",
    [
        "- a\n\nRisks: it is slow",
        "- a\n\n**Risks:**\n\n- it is slow",
        "- a\n# Risks\nit is slow",
        "- a\n\n위험: it is slow",
    ],
)
def test_risks_are_found_however_they_are_headed(summary: str) -> None:
    assert compact(summary).text == "- a\n\n## Risks\n\n- it is slow\n"


def test_a_word_that_begins_like_risks_is_no_heading() -> None:
    assert compact("- risky code removed").text.startswith("- risky code removed")


def test_more_than_eight_bullets_are_counted_not_lost() -> None:
    page = compact("\n".join(f"- point {i}" for i in range(12)))
    lines = page.text.split("\n\n")[0].split("\n")
    assert len(lines) == BULLETS
    assert lines[-1] == "- [5 more left out]"
    assert page.trimmed


def test_over_the_soft_limit_it_is_trimmed_and_says_so() -> None:
    page = compact("\n".join(f"- {i} " + "word " * 250 for i in range(8)))
    assert SOFT < page.tokens <= HARD
    assert page.trimmed
    assert page.text.count("word…\n") == BULLETS
    assert tokens(page.text) <= SOFT


def test_headings_are_dropped_but_no_bullet_is() -> None:
    page = compact("## What\n**Done**\nChanges:\n- these files:\n- a.py")
    assert page.text.startswith("- these files:\n- a.py\n\n")


def test_over_the_hard_limit_it_is_blocked_and_not_cut() -> None:
    page = compact("word " * 3000)
    assert page.text == ""
    assert page.blocked == "the worker's summary has about 3,750 tokens; the limit is 3,500"


def test_wide_characters_cost_more_than_a_quarter_of_a_token() -> None:
    assert tokens("한" * 100) == 150
    assert tokens("a" * 100) == 25


@given(
    st.text()
    | st.lists(st.sampled_from(["- a", "# Risks", "x" * 3000, "", "Risks: y", "# H", "한" * 900])).map("\n".join)
)
def test_a_page_is_within_its_limits_whatever_comes(summary: str) -> None:
    page = compact(summary)
    assert bool(page.blocked) == (page.tokens > HARD)
    if not page.blocked:
        before, _, after = page.text.partition("## Risks\n\n")
        assert len([line for line in before.split("\n") if line]) <= BULLETS
        assert 1 <= len([line for line in after.split("\n") if line]) <= BULLETS
        assert tokens(page.text) <= SOFT
