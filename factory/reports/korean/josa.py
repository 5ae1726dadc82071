"""Which form of a Korean particle stands behind a word: by how the word is read aloud. Pure.

A word of Hangul and a number tell it for certain; a word of Latin letters as well as English spelling can. Quotes and
brackets at a word's end are not read, nor what is said aside in round ones. Where nothing tells it, both forms are
written, as in 이(가).
"""

from __future__ import annotations

import re
import unicodedata

from factory.plain import words

FORMS = {
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)": ("이", ""),
}  # as a sentence is written -> behind a consonant, and behind a vowel
MARK = re.compile("|".join(map(re.escape, FORMS)))
NEAR = 200  # letters before a particle that may tell its form
L = "ㄹ"  # 으로 takes it for a vowel

_UNREAD = "`'\"’”)]}>»」』 \t"
_STOPS = ".,;:!?…/"
_UNREAD_BEFORE = "`'\"’” \t" + _STOPS
_ASIDE = re.compile(r"(?<=\S) ?\([^()]*\)$")  # what stands in brackets behind a word is not what the particle is for
_UNITS = dict.fromkeys("%$€#+°*_", "")  # 퍼센트, 달러, 유로, 샵, 플러스, 도, 별표, 언더바
_DIGITS = dict(zip("0123456789", ("ㅇ", L, "", "ㅁ", "", "", "ㄱ", L, L, ""), strict=True))
_LETTERS = {"l": L, "m": "ㅁ", "n": "ㄴ", "r": L}  # 엘, 엠, 엔, 알: all others end in a vowel
_VOWELS = "aeiouy"
_LAST = re.compile(r"[^\W\d_]+$")
_NAMED = {
    **dict.fromkeys(words("type group hook book look"), "ㄱ"),
    **dict.fromkeys(words("toml yaml html xml sql ssl url curl"), L),
    **dict.fromkeys(words("json bin cron"), "ㄴ"),
    **dict.fromkeys(words("check github hub ok"), ""),
}  # what spelling does not tell, and people say often


def settle(before: str, mark: str) -> str:
    """The form of a particle behind the text; `mark` itself where the text does not tell."""
    end = ending(before)
    if end is None:
        return mark
    consonant, vowel = FORMS[mark]
    return vowel if not end or (end == L and mark == "(으)로") else consonant


def ending(text: str) -> str | None:
    """The consonant that the text ends in when it is read aloud, "" for a vowel, and None where nothing tells."""
    text = unicodedata.normalize("NFC", text[-NEAR:])
    text = _ASIDE.sub("", text.rstrip(_UNREAD_BEFORE)).rstrip(_UNREAD + _STOPS)
    if not text:
        return None
    last = text[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return L if final == 8 else "ㄱ" if final else ""
    if last in _UNITS:
        return _UNITS[last]
    if last in _DIGITS:
        return _DIGITS[last]
    found = _LAST.search(text)
    return _latin(found[0]) if found and found[0].isascii() else None


def _latin(word: str) -> str:
    """Behind letters: spelt out where it is short and in capitals or has no vowel, else as English is read."""
    low = word.lower()
    if low in _NAMED:
        return _NAMED[low]
    if len(word) == 1 or (word.isupper() and len(word) <= 3) or not set(low) & set(_VOWELS):
        return _LETTERS.get(low[-1], "")
    return _sound(low)


def _sound(word: str) -> str:
    last, before = word[-1], word[-2]
    if last == "e":  # silent: the sound before it
        return _sound(word[:-1]) if before in "lmn" and len(word) > 2 else ""
    if last in "lmn":
        return {"l": L, "m": "ㅁ", "n": "ㄴ"}[last]
    if last == "g":
        return "ㅇ" if before == "n" else ""
    if last in "kpt":  # stopped behind a short vowel, or as in `block`
        short = word.endswith("ck") or (before in _VOWELS and (len(word) < 3 or word[-3] not in _VOWELS))
        return "ㄱ" if short else ""
    return "ㄱ" if last in "bc" and before in _VOWELS and len(word) <= 6 else ""


def fill(sentence: str, *values: str) -> str:
    """The sentence with its gaps `{0}`, `{1}` filled, and each of its particles in the form that fits."""
    told = ""
    for piece in _PIECES.split(sentence):
        if piece in FORMS:
            told += settle(told, piece)
        elif found := _GAP.fullmatch(piece):
            told += values[int(found[1])]
        else:
            told += piece
    return told


_GAP = re.compile(r"\{(\d)\}")
_PIECES = re.compile(rf"({MARK.pattern}|\{{\d\}})")
