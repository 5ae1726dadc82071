"""Bytes of a file that a person wrote -> text: UTF-8, or what its first bytes say. Nothing is guessed."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from factory.errors import Mistake

BOM = "\ufeff"
MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
KOREAN = range(0xAC00, 0xD7A4)  # syllables


class Decoded(NamedTuple):
    """A mark at its beginning stays in the text: encoded again, it is the same file."""

    text: str
    encoding: str

    @property
    def plain(self) -> str:
        """Without the mark, and with \\n alone."""
        return self.text.removeprefix(BOM).replace("\r\n", "\n")


def read(content: bytes, path: str) -> Decoded:
    """Raises Mistake where the file is no text, or in an encoding that has to be guessed."""
    encoding = MARKS.get(content[:2], "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what, remedy = _guess(content, encoding, error.start)
        raise Mistake(what, path=path, line=line, remedy=remedy) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Mistake("a NUL byte", path=path, line=line, remedy="save the file as UTF-8 text")
    return Decoded(text, encoding)


def _guess(content: bytes, encoding: str, at: int) -> tuple[str, str]:
    if encoding != "utf-8":
        return "not UTF-16, as its first bytes say", "save the file as UTF-8"
    what, remedy = f"not UTF-8: byte 0x{content[at]:02x}", "save the file as UTF-8"
    try:
        korean = any(ord(letter) in KOREAN for letter in content.decode("cp949"))
    except UnicodeDecodeError:
        korean = False
    return (f"{what}, as in CP949", f"{remedy} (`iconv -f CP949 -t UTF-8`)") if korean else (what, remedy)
