"""Another value for a literal: of the same shape where any other value is red, and drastic where it must be."""

from __future__ import annotations

import ast
import re
from string import ascii_letters, ascii_lowercase, ascii_uppercase

from factory.gate.altered.dice import Dice
from factory.gate.altered.nouns import How

QUOTED = re.compile(r"(?s)([rRuUbB]{0,2})(\"\"\"|'''|\"|')(.*)\2")
ROUND = re.compile(r"(-?[1-9]\d*?)(0+(?:\.0+)?)")
TRIES = 30
ODD = 5  # letters and digits of a text that no other text holds by chance
VALUES = (How.SAME, How.LIKE, How.NEAR, How.FAR)  # and not the bounds
LEAST = 0.001  # below it, another number may be within the tolerance of 7 places
BEYOND = 10**30  # more than nanoseconds since the epoch, bytes of a disk, a 64-bit number
Taken = set[object]


def another(value: object, text: str, how: How, dice: Dice, taken: Taken) -> str | None:
    """The source of another value, which is none of `taken`; None where there is none. It is then taken as well."""
    if how is How.LIKE:
        return _like(value, text, dice)
    for _ in range(TRIES):
        new = _another(value, text, how, dice)
        if new is None:
            return None
        told = plain(_value(new))
        if told is None or isinstance(value, bool) or not (told == plain(value) or told in taken):
            taken.add(told)
            return new
    return _another(value, text, How.FAR, dice) if how in VALUES else None


def plain(value: object) -> object:
    """What two texts have in common that only case or blanks tell apart."""
    return value.casefold().strip() if isinstance(value, str) else value


def _value(text: str) -> object:
    try:
        found: object = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return found


def _another(value: object, text: str, how: How, dice: Dice) -> str | None:
    if isinstance(value, bool):
        return str(not value) if how in VALUES else None
    if value is None:
        return "object()" if how in VALUES else None
    if isinstance(value, (int, float)):
        return _number(value, text, how, dice)
    if isinstance(value, complex):
        return f"({value!r} + {dice.below(900) + 99})" if how in VALUES else None
    if isinstance(value, (str, bytes)):
        return _text(value, text, how, dice)
    return None


def _like(value: object, text: str, dice: Dice) -> str | None:
    """Whatever is equal to values that are like it is equal to this one; honest results are not.

    A letter's case is left: a class may well say that it is no matter.
    """
    if isinstance(value, str):
        parts = QUOTED.fullmatch(text)
        letters = [i for i in range(parts.start(3), parts.end(3)) if text[i] in ascii_letters] if parts else []
        if len(letters) < 2 or "\\" in text:
            return None
        place = dice.pick(letters)
        return text[:place] + _other(text[place], dice) + text[place + 1 :]
    if type(value) in (int, float) and re.fullmatch(r"\d{2,}|\d+\.\d+", text):
        place = dice.pick([i for i, c in enumerate(text) if c.isdigit() and i < len(text) - 1])
        return text[:place] + _turned(text[place], dice) + text[place + 1 :]
    return None


def _number(value: int | float, text: str, how: How, dice: Dice) -> str | None:
    whole = isinstance(value, int)
    exact = how is How.SAME
    if how is How.NEAR:
        how = How.SAME if value == 0 or abs(value) >= LEAST else How.FAR
    if how in (How.LOW, How.HIGH):
        sign = "-" if how is How.LOW else ""
        return f"{sign}{BEYOND + dice.below(BEYOND)}" + ("" if whole else ".0")
    if how is How.FAR:
        return f"{10**12 + dice.below(10**12)}" + ("" if whole else ".5")
    if how is How.YEAR:
        return str(1904 + (value + 4 * (1 + dice.below(47)) - 1904) % 192) if whole and 1904 <= value <= 2096 else None
    if how is How.DAY:
        return str(1 + (value + dice.below(11)) % 12) if whole and 1 <= value <= 12 else _early(value, dice)
    if how is How.HOUR:
        return str((value + 1 + dice.below(22)) % 24) if whole and 0 <= value < 24 else None
    bare = text if re.fullmatch(r"-?\s*(\d+|\d*\.?\d+|\d+\.)(e[-+]?\d+)?", text) else repr(value)
    if re.search(r"[a-z]", bare.replace("e", "")):
        return None  # inf, nan
    return last_digit(bare, dice) if exact and abs(value) >= 10 else _digits(bare, dice)


def _early(day: int | float, dice: Dice) -> str:
    """Another day of a month, over 12 as this one is."""
    return dice.pick([str(n) for n in range(13, 29) if n != day])


def last_digit(number: str, dice: Dice) -> str:
    """A neighbour: where values must be equal, one that is nearly right is as wrong, and a tolerance shows."""
    mantissa, e, power = number.partition("e")
    if mantissa.strip("0.") in ("", "1"):
        return digits_turned(mantissa, dice) + e + power
    place = max(i for i, c in enumerate(mantissa) if c.isdigit())
    return mantissa[:place] + _turned(mantissa[place], dice) + mantissa[place + 1 :] + e + power


def _digits(number: str, dice: Dice) -> str:
    """The same number of digits; 0 and 1 are left for others, they are also false and true."""
    mantissa, e, power = number.partition("e")
    if len(re.sub(r"\D", "", mantissa)) == 1:
        return re.sub(r"\d", lambda _: str(2 + dice.below(8)), mantissa) + e + power
    return digits_turned(mantissa, dice) + e + power


def digits_turned(text: str, dice: Dice) -> str:
    """Every digit another one; one that leads, or stands alone, is not 0. What is round stays so: a comparison that is
    content with round numbers shows, and an honest one is red all the same."""
    found = ROUND.fullmatch(text)
    head, zeros = found.groups() if found else (text, "")
    return re.sub(r"\d", lambda m: _turned(m[0], dice), head) + zeros


def _turned(digit: str, dice: Dice) -> str:
    others = [d for d in "123456789" if d != digit]
    return dice.pick(others)


def _text(value: str | bytes, text: str, how: How, dice: Dice) -> str | None:
    if how is How.FAR:
        return _quoted(text, value, _far(value if isinstance(value, str) else value.decode("latin-1"), dice))
    if how is How.DIGITS:
        body = value if isinstance(value, str) else value.decode("latin-1")
        return _quoted(text, value, digits_turned(body, dice)) if re.search("[0-9]", body) else None
    if how not in VALUES:
        return None
    parts = QUOTED.fullmatch(text)
    if parts and "\\" not in parts[3] and parts[2] not in parts[3]:
        return f"{parts[1]}{parts[2]}{shaped(parts[3], dice)}{parts[2]}"
    return _quoted(text, value, shaped(value if isinstance(value, str) else value.decode("latin-1"), dice))


def _far(text: str, dice: Dice) -> str:
    """What is in no container: like the old one where that is long and no pattern, for what looks odd is found out."""
    plain_text = re.fullmatch(r"[\w %,:;!'/-]+", text) and len(re.findall(r"[A-Za-z0-9]", text)) >= ODD
    return shaped(text, dice) if plain_text else dice.word()


def _quoted(old: str, value: str | bytes, new: str) -> str:
    """Written with the old one's quotes where that is plain: a reader of the line shall read it as before."""
    parts = QUOTED.fullmatch(old)
    if parts and len(parts[2]) == 1 and new.isascii() and new.isprintable() and not {"\\", parts[2]} & set(new):
        return f"{parts[1]}{parts[2]}{new}{parts[2]}"
    return repr(new.encode("latin-1", "replace")) if isinstance(value, bytes) else repr(new)


def shaped(text: str, dice: Dice) -> str:
    """Other letters for letters, other digits for digits, all else as it is; letters where there are none."""
    new = "".join(_other(c, dice) for c in text)
    return new if new != text else text + dice.word(5)


def _other(c: str, dice: Dice) -> str:
    for row in (ascii_lowercase, ascii_uppercase):
        if c in row:
            return row[(row.index(c) + 1 + dice.below(25)) % 26]
    return _turned(c, dice) if c in "0123456789" else c
