"""One word, one thing: the glossary, and what is written in its words."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in GLOSSARY.splitlines() if "|" in line][2:]
KOREAN = re.compile(r"(?P<word>[^(]+?)(?: \((?P<others>[^)]+) 아님\))?")


def test_the_glossary_gives_each_word_one_meaning_and_one_word_in_korean() -> None:
    words = [row[0] for row in ROWS]
    assert len(ROWS) > 50
    assert {len(row) for row in ROWS} == {3}
    assert [word for word in words if words.count(word) > 1] == []
    korean = [found["word"] for row in ROWS if (found := KOREAN.fullmatch(row[2]))]
    assert len(korean) == len(ROWS)
    assert [word for word in korean if korean.count(word) > 1] == []


def test_korean_is_written_in_the_glossarys_words() -> None:
    found = [KOREAN.fullmatch(row[2]) for row in ROWS]
    others = [other for row in found if row and row["others"] for other in row["others"].split(", ")]
    assert {"일꾼", "워커", "도장"} <= set(others)
    pages = sorted(ROOT.glob("docs/**/*.ko.md"))
    assert len(pages) >= 2
    for path in (*pages, *sorted((ROOT / "factory").rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        assert [(path.name, other) for other in others if other in text] == []
