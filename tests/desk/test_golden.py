"""What the looking commands print, held letter for letter: a program reads the keys, a person knows the lines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import Mixed

GOLDEN = Path(__file__).parent / "golden"
LOOKS = (
    ("status", "--json"),
    ("status",),
    ("status", "--watch", "--times", "1"),
    ("kpi", "--json"),
    ("kpi",),
    ("dry", "--json"),
    ("dry",),
    ("report",),
    ("check-consistency", "--json"),
    ("check-consistency",),
    ("log", "D-2", "--json"),
    ("log", "--limit", "3"),
    ("kb", "list", "--json"),
    ("scan", "--json"),
)
VARIES = (
    (r"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b", "OID"),
    (r"\b20\d\d-?\d\d-?\d\d(?:[ T]\d\d:[\d:]{2,5}(?:[+-][\d:]{5})?)?\b", "DAY"),
    (r"\b\d\d:\d\d( to |~)\d\d:\d\d\b", r"N\1N"),
    (r"\b\d+ (?:s|MB)\b|\b\d+초", "N"),
    (r"(minutes\W+)\d+\.\d+", r"\1N"),
    (r"(\"time\": )\d+", r"\1N"),
    (r"(?:none|bwrap) and \w+ rooms", "KINDS"),
    (r"\b1[78]\d{8}(?:\.\d+)?\b", "N"),
)


def steady(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return text


def shape(value: Any) -> Any:
    """The keys of a document, whatever it says."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value).__name__


def test_what_is_told_before_and_after_a_run_is_what_it_was(mixed: Mixed) -> None:
    shop, told = mixed(), dict[str, str]()
    for when in ("before", "after"):
        for words in LOOKS:
            answer = shop.run(*words)
            told[f"{when} {' '.join(words)}"] = f"{answer.code}\n{steady(answer.out)}{steady(answer.err)}"
        if when == "before":
            assert shop.run("run").code == 1
    wanted = json.loads((GOLDEN / "looks.json").read_text(encoding="utf-8"))
    assert list(told) == list(wanted)
    for name, text in told.items():
        assert text == wanted[name], name


@pytest.mark.parametrize("words", [("status", "--json"), ("kpi", "--json"), ("dry", "--json")], ids=" ".join)
def test_the_documents_keep_their_keys_in_their_order(mixed: Mixed, words: tuple[str, ...]) -> None:
    wanted = json.loads((GOLDEN / "keys.json").read_text(encoding="utf-8"))[" ".join(words)]
    assert json.dumps(shape(mixed().run(*words).json)) == json.dumps(wanted)
