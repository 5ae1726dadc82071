"""One word, one thing: the glossary, the classes of the house, and what is written in its words."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    cells
    for line in GLOSSARY.splitlines()
    if line.startswith("| ") and (cells := [cell.strip() for cell in line[1:-1].split("|")])[0] != "word"
]
KOREAN = re.compile(r"(?P<word>[^(]+?)(?: \((?P<others>[^)]+) 아님\))?")
ERRORS = "factory/errors.py"
ELSEWHERE = ("factory/injected", "factory/templates")  # what runs in other people's trees


def classes() -> Iterator[tuple[str, str]]:
    """Name and file of every public class of the house."""
    for path in (*(ROOT / "factory").rglob("*.py"), *(ROOT / "guards").rglob("*.py")):
        at = path.relative_to(ROOT).as_posix()
        if at.startswith(ELSEWHERE):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, at


CLASSES = tuple(classes())


def named(row: list[str]) -> list[str]:
    """The classes that a row is about."""
    return re.findall(r"`([A-Z]\w*)`", row[0])


def test_the_glossary_gives_each_word_one_meaning_and_one_word_in_korean() -> None:
    words = [row[0].partition(" (")[0] for row in ROWS]
    assert len(ROWS) > 50
    assert {len(row) for row in ROWS} == {3}
    assert [row[0] for row in ROWS if not row[1]] == []
    assert [word for word in words if words.count(word) > 1] == []
    written = [row[2] for row in ROWS if row[2]]
    korean = [found["word"] for cell in written if (found := KOREAN.fullmatch(cell))]
    assert len(korean) == len(written) > 50
    assert [word for word in korean if korean.count(word) > 1] == []


def test_no_two_classes_of_the_house_share_a_name() -> None:
    counts = Counter(name for name, _ in CLASSES)
    assert [where for where in CLASSES if counts[where[0]] > 1] == []


def test_every_class_has_one_row_in_the_glossary_and_no_row_names_one_that_is_gone() -> None:
    rows = Counter(name for row in ROWS for name in named(row))
    assert [where for where in CLASSES if where[0] not in rows] == []
    assert [name for name, count in rows.items() if count > 1] == []
    assert sorted(set(rows) - {name for name, _ in CLASSES}) == []


def test_only_errors_of_one_kind_share_a_row() -> None:
    errors = {name for name, at in CLASSES if at == ERRORS}
    assert [row[0] for row in ROWS if len(named(row)) > 1 and not set(named(row)) <= errors] == []


def test_korean_is_written_in_the_glossarys_words() -> None:
    found = [KOREAN.fullmatch(row[2]) for row in ROWS]
    others = [other for row in found if row and row["others"] for other in row["others"].split(", ")]
    assert {"일꾼", "워커", "도장"} <= set(others)
    pages = sorted(ROOT.glob("docs/**/*.ko.md"))
    assert len(pages) >= 2
    for path in (*pages, *sorted((ROOT / "factory").rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        assert [(path.name, other) for other in others if other in text] == []
