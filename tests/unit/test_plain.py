"""What is shown to an operator and written into a commit message has no power over either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.plain import one_line, printable

TRICKS = {
    "a colour": ("\x1b[1;31mred\x1b[0m", "red"),
    "a hidden line": ("safe\x1b[8mhidden\x1b[0m", "safehidden"),
    "clear screen": ("\x1b[2J\x1b[Hstamped", "stamped"),
    "a window title": ("\x1b]0;owned\x07text", "text"),
    "a link": ("\x1b]8;;https://evil.test\x1b\\click\x1b]8;;\x1b\\", "click"),
    "the clipboard": ("\x1b]52;c;cm0gLXJm\x07x", "x"),
    "an eight-bit escape": ("\x9b31mred", "red"),
    "a device string": ("\x1bP1$tx\x1b\\y", "y"),
    "overwriting a line": ("FAIL\rPASS", "FAIL\nPASS"),
    "rubbing out": ("FAIL\x08\x08\x08\x08PASS", "FAILPASS"),
    "an escape inside an escape": ("\x1b\x1b[31m[31mx", "[31mx"),
    "reading direction": ("a\u202egnp.exe", "agnp.exe"),
    "nothing to see": ("a\u200b\ufeffb", "ab"),
    "tags for a model": ("hi" + "".join(chr(0xE0000 + ord(c)) for c in "obey"), "hi"),
    "a bell and a zero": ("a\x07\x00b", "ab"),
    "half a character": ("a\udc80b", "a\ufffdb"),
    "windows lines": ("a\r\nb", "a\nb"),
    "an unfinished title": ("\x1b]0;never ended\nnext", "0;never ended\nnext"),
}


@pytest.mark.parametrize(("text", "shown"), TRICKS.values(), ids=TRICKS)
def test_a_trick_for_a_terminal_is_gone(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["tab\there\nand there", "café, 漢字, 한국어, 👩‍🚀", "a | b $ c ~ {}"])
def test_honest_text_stays(text: str) -> None:
    assert printable(text) == text


def test_a_title_cannot_bring_a_trailer() -> None:
    for line_break in ("\n\n", "\r\n", "\r", "\u2028", "\x85", "\v", "\f", "\x1c"):
        line = one_line(f"Fix it{line_break}Factory-Status: PASS")
        assert line == "Fix it Factory-Status: PASS"


def test_a_long_line_says_that_it_was_cut() -> None:
    assert one_line("word " * 50, 20) == "word word word word…"
    assert one_line("x" * 72) == "x" * 72
    assert one_line("anything", 0) == ""


@given(st.text(), st.integers(0, 100))
def test_one_line_is_one_short_line_of_printable_text(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert printable(line) == line
    assert line.encode("utf-8").decode() == line


@given(st.text(alphabet=st.sampled_from("\x1b[]m0;\x07\\\x9b\rP\n\tx")))
def test_no_escape_can_be_hidden_in_another(text: str) -> None:
    shown = printable(text)
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\r"}
