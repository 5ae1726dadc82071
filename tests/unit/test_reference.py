"""The generated parts of the pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory import reference
from factory.errors import Exit
from factory.model import Plan, Previous, Report, Scope, Terms, Triage
from factory.ssot.settings import Settings
from factory.workers.command import LATER

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_generated_of_a_page_is_what_the_code_says(page: Path) -> None:
    """Renew it with `python -m factory.reference`."""
    assert reference.stale(page.read_text(encoding="utf-8")) == []


def test_each_part_stands_on_a_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {part[2] for part in reference.PART.finditer(text)} == set(reference.PARTS)
    told = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert {part[2] for part in reference.PART.finditer(told)} == {"settings", "exits", "failures"}
    tickets = (DOCS / "tickets.md").read_text(encoding="utf-8")
    for row in (*Terms.model_fields, *Triage, *map(int, Exit)):
        assert f"\n| `{row}` |" in tickets or f"\n| {row} |" in tickets


def test_what_a_worker_of_ones_own_is_told_and_may_report_is_on_its_page() -> None:
    page = (DOCS / "command-workers.md").read_text(encoding="utf-8")
    fields = {*Plan.model_fields, *Previous.model_fields, *Scope.model_fields, *Report.model_fields}
    words = {"FACTORY_PLAN", "FACTORY_REPORT", "FACTORY_TICKET", "FACTORY_ATTEMPT"}
    assert [name for name in sorted(fields | words) if f"`{name}`" not in page] == []
    assert f"| {LATER} | try later" in page


def test_every_key_is_on_the_page_with_its_meaning() -> None:
    text = reference.reference()
    for name, section in Settings.model_fields.items():
        assert f"[{name}" in text
        model = type(section.get_default())
        for key, field in getattr(model, "model_fields", {}).items():
            assert field.description
            assert f"`{key}" in text


@pytest.mark.parametrize(
    "row",
    [
        '| `timezone` | text | `"Asia/Seoul"` | what "today" means to a daily cap; an IANA name |',
        "| `temperature` | number | unset | the sampling temperature; unset: the model's default |",
        "| `HIGH.auditor` | true or false | `true` | whether the auditor reads what the gate passed |",
        "| `env` | list of text | `[]` | names of variables that pass into the room |",
        "- `**/conftest.py`",
    ],
)
def test_a_row_gives_type_default_and_meaning(row: str) -> None:
    assert row in reference.reference().splitlines()


def test_renewing_a_page_keeps_what_is_around_the_part_and_a_look_only_names_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    begin, end = "<!-- exits: generated from factory/errors.py -->", "<!-- exits: end -->"
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    (line,) = reference.main(["--check", str(page)])
    assert line.startswith(f"{page}: the part 'exits' is not what the code says; `python -m factory.reference`")
    assert "old" in page.read_text(encoding="utf-8")
    assert reference.main([str(page)]) == []
    renewed = page.read_text(encoding="utf-8")
    assert renewed == f"before\n{begin}\n\n{reference.exits()}\n\n{end}\nafter\n"
    assert reference.main(["--check", str(page)]) == []
