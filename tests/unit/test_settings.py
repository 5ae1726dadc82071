"""ssot/factory.toml: strict, and every mistake is one line with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory.errors import Mistake
from factory.model import Risk
from factory.reference import reference
from factory.settings import Settings, read_settings


def test_no_file_and_an_empty_file_are_all_defaults() -> None:
    assert read_settings(None) == read_settings(b"") == read_settings(b"\n# nothing\n") == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[factory]\nmian = "x"', "factory.toml:2: unknown key factory.mian; did you mean main?"),
        ("[bugdet]", "factory.toml:1: unknown key bugdet; did you mean budget?"),
        ('[gate]\n\ntimeout_minutes = "x"', "factory.toml:3: gate.timeout_minutes"),
        ('[gate]\nfast = "pytest"', "factory.toml:2: gate.fast"),
        ("x =", "factory.toml:1: not TOML"),
        ('[factory]\ntimezone = "Mars/X"', "factory.toml:2: factory.timezone"),
        ('[protected]\npaths = ["/etc"]', "factory.toml:2: protected.paths"),
        ('[protected]\npaths = ["a/../b"]', "factory.toml:2: protected.paths"),
        ('[workers.a]\nkind = "robot"', "factory.toml:2: workers.a.kind"),
        ('[workers.a]\nkind = "command"', "factory.toml:1: workers.a has no command"),
        ('\n[auditor]\nworker = "z"', "factory.toml:3: there is no worker 'z'"),
        ('[risk.HIGH]\nworker = "z"', "factory.toml:2: there is no worker 'z'"),
        ("[budget]\ndaily_usd = nan", "factory.toml:2: budget.daily_usd is nan"),
        ("[budget]\ndaily_usd = -1", "factory.toml:2: budget.daily_usd"),
    ],
)
def test_a_mistake_names_its_line_and_the_remedy(text: str, said: str) -> None:
    with pytest.raises(Mistake) as found:
        read_settings(text.encode())
    assert said in str(found.value)
    assert "\n" not in str(found.value)


def test_bytes_that_are_no_text_are_named_with_their_line() -> None:
    with pytest.raises(Mistake, match=r"factory\.toml:2: is not UTF-8"):
        read_settings(b"# one\n\xff\n")


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert read_settings(b'\xef\xbb\xbf[factory]\nmain = "trunk"\n').factory.main == "trunk"


def test_high_risks_are_audited_unless_the_settings_say_otherwise() -> None:
    assert [read_settings(None).risk.of(r).auditor for r in Risk] == [False, False, True, True]
    assert not read_settings(b"[risk.HIGH]\nauditor = false\n").risk.of(Risk.HIGH).auditor


def test_the_reference_page_is_what_the_model_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference.md"
    assert page.read_text(encoding="utf-8") == reference(), "run: python -m factory.reference > docs/reference.md"


def test_every_key_of_the_settings_has_a_description() -> None:
    assert "| None |" not in reference()
    assert "None\n" not in reference()
