"""No key in what a change adds. The keys here are put together, so that this file holds none."""

from __future__ import annotations

import pytest

from tests.guards.cases import GONE, changed, found, said

BODY = "Zq8mKv2LxT5nRw9YbH3cJd7Fg6Ps4Ae1Uo0"
KEYS = [
    "AIza" + BODY,
    "sk-ant-" + "api03-" + BODY,
    "gh" + "p_" + BODY + "x",
    "AK" + "IAQ4ZKXW7NRTMB3YPD",
    "xox" + "b-" + BODY,
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_in_an_added_line_is_named_by_place_and_never_shown(key: str) -> None:
    (finding,) = found(changed({"a.py": "x = 1\n"}, {"a.py": f"x = 1\n\ny = '{key}'\n"}), "secrets")
    assert (finding.path, finding.line) == ("a.py", 3)
    assert key not in str(finding)
    assert BODY not in str(finding)


def test_a_key_that_the_base_has_in_that_place_is_let_pass() -> None:
    line = f"y = '{KEYS[0]}'\n"
    assert said(changed({"a.py": line}, {"a.py": "x = 1\n" + line}), "secrets") == []


def test_a_form_feed_further_up_hides_no_key() -> None:
    """It ends a line for Python and none for git: both countings were in use."""
    before = "a\n\x0cb\nc\n"
    (finding,) = found(changed({"a.py": before}, {"a.py": f"{before}y = '{KEYS[0]}'\n"}), "secrets")
    assert finding.line == 4


def test_a_key_in_a_file_s_name_is_found_and_not_shown() -> None:
    findings = found(changed({}, {f"keys/{KEYS[0]}.txt": f"{KEYS[1]}\n"}), "secrets")
    assert len(findings) == 2
    assert all(KEYS[0] not in str(f) for f in findings)


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY = os.environ['API_KEY']",
        "token = get_token()",
        'password = "changeme-changeme-changeme"',
        "sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'",
        "key: sk-your-key-here",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_words_about_keys_are_no_keys(text: str) -> None:
    assert said(changed({}, {"a.py": text + "\n"}), "secrets") == []


def test_a_binary_file_is_not_read() -> None:
    assert said(changed({}, {"a.bin": b"\0" + KEYS[0].encode()}), "secrets") == []


def test_a_key_that_a_moved_file_brings_along_is_nobodys_fault_and_a_second_one_is() -> None:
    line = f'KEY = "{KEYS[0]}"\n'
    assert said(changed({"a.py": line}, {"a.py": GONE, "b.py": line}), "secrets") == []
    (second,) = found(changed({"a.py": line}, {"a.py": GONE, "b.py": line * 2}), "secrets")
    assert (second.path, second.line) == ("b.py", 2)
