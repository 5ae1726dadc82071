"""The reference page says what the settings are."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory import reference
from factory.ssot.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_page_is_what_the_model_says() -> None:
    """Renew it with `python -m factory.reference docs/reference.md`."""
    page = PAGE.read_text(encoding="utf-8")
    assert reference.updated(page) == page


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


def test_renewing_a_page_keeps_what_is_around_the_part(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n", encoding="utf-8")
    reference.main(page)
    renewed = page.read_text(encoding="utf-8")
    assert renewed.startswith(f"before\n{reference.BEGIN}\n\n### `[factory]`")
    assert renewed.endswith(f"{reference.END}\nafter\n")
    assert "\nold\n" not in renewed
    assert reference.updated(renewed) == renewed


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="the page has no"):
        reference.updated("text")
