"""A real reason in Korean: its row is found by its words, its gaps are filled, and what is joined is taken apart."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from factory.reports.korean import josa
from factory.reports.korean.rows import Catalogue, Phrasing, catalogue

DEEP = 4  # a reason in a reason in a reason
LITTLE = 13  # letters of a row that says too little to know a sentence by them
OPEN = (": ", " of ", " but ", '"', "`", "(")  # behind these more than a name may stand
MOST = 8  # sentences that one reason is taken apart into
_WHERE = re.compile(r"(?P<where>[^\s:]+:\d+|[^\s:]*[./][^\s:]*|[\w.\[\]-]*): (?P<what>.+)", re.DOTALL)
_SUBJECT = re.compile(r'(?P<where>[a-z_]+(?:\.[\w-]+|\[\d+\])+|"[^"]*") (?P<what>.+)', re.DOTALL)
_TRIAGE = re.compile(r"[A-Z]{3,}: ")
_CLASS = re.compile(r"(\d+) ([A-Z]+)")
_CLASSES = re.compile(rf"{_CLASS.pattern}(?:, {_CLASS.pattern})*")
_MORE = re.compile(r"(?P<first>.+?)(?:;| and|; and| \(and) (?P<number>\S+) more\)?", re.DOTALL)
_COUNT = re.compile(r"(?P<number>\d[\d,]*) (?P<noun>[a-z]+(?: [a-z]+)?)")
_MONEY = re.compile(r"^\$([\d,.]*\d)$")
_CODED = re.compile(r"(?P<what>.+): (?P<code>`[^`]+`)", re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
_ENGLISH = re.compile(r"[A-Za-z]{2}")
_CLAUSE = re.compile(r"(?<=[^\s]): (?=\S)")


class Rendered(NamedTuple):
    """A reason in Korean. `whole`: every part of it has its row; `pure`: and no stranger's words stand in it; `used`:
    the rows that told it."""

    text: str
    whole: bool = True
    pure: bool = True
    used: frozenset[str] = frozenset()


@functools.lru_cache(maxsize=4096)
def find(why: str, deep: int = 0) -> Rendered | None:
    """The reason in Korean; None where no row knows any part of it."""
    if deep > DEEP or not why.strip():
        return None
    if _TRIAGE.match(why) and (told := _behind_its_place(why, deep)):
        return told
    found = _before_its_check(why, deep) or _by_row(why, deep)
    if not found and "; " in why:
        several = _of_several(why, deep)
        found = several if several and several.whole else _by_row(why, deep, joined=True) or several
    return found or _behind_its_place(why, deep) or _with_more(why, deep) or _cut_off(why, deep)


def _by_row(why: str, deep: int, *, joined: bool = False, ends: str = "") -> Rendered | None:
    """`joined`: a gap may hold several sentences, for a stranger's words are what they are. `ends`: how a row ends."""
    every, loose = catalogue(), None
    for row in every.candidates(why):
        values = row.gaps(why) if row.pieces[-1].endswith(ends) else None
        if values is None or _swallows(row, values, deep, joined):
            continue
        if row.pieces[0] or not values or " " not in values[0]:
            return _filled(every, row, values, deep)
        loose = loose or (row, values)  # another row may know more of its beginning
    return _filled(every, *loose, deep) if loose else None


def _filled(every: Catalogue, row: Phrasing, values: tuple[str, ...], deep: int) -> Rendered:
    pairs = zip(row.pieces, values, strict=False)
    inner = [Rendered(value) if before.endswith("`") else _gap(every, value, deep) for before, value in pairs]
    text = josa.fill(row.korean, *(one.text for one in inner))
    used = frozenset({row.english}).union(*(one.used for one in inner))
    return Rendered(text, True, all(one.pure for one in inner), used)


def _swallows(row: Phrasing, values: tuple[str, ...], deep: int, joined: bool) -> bool:
    """Whether a gap holds more than it may: a sentence of its own, or, where the row says little, more than a name."""
    little = row.weight < LITTLE
    for before, value in zip(row.pieces, values, strict=False):
        if "; " in value and not before.endswith("`") and not (joined and not little):
            return True
        if little and " " in value and not before.endswith(OPEN) and not _COUNT.fullmatch(value):
            return True
        if before.endswith("`") and "`" in value:
            return True
    if not values or row.pieces[0]:
        return False
    first = values[0]
    if first.endswith(":") or "; " in first or _CLAUSE.search(first):
        told = None if little else find(first, deep + 1)
        return told is None or not told.pure
    return False


def _gap(every: Catalogue, value: str, deep: int) -> Rendered:
    """What stands in a gap: a number of things, a list that was cut, another reason, or a stranger's own words."""
    if _CLASSES.fullmatch(value):
        return Rendered(_CLASS.sub(r"\2 \1번", value))
    if found := _COUNT.fullmatch(value):
        noun = found["noun"]
        for one in (noun, noun.removesuffix("s")):
            if one in every.nouns:
                return Rendered(josa.fill(every.nouns[one], found["number"]))
    if " | " in value:
        told = [find(one, deep + 1) or _as_it_is(one) for one in value.split(" | ")]
        return Rendered(" | ".join(one.text for one in told), used=frozenset().union(*(one.used for one in told)))
    if " " not in value.strip():
        return Rendered(every.words.get(value, _MONEY.sub(r"\1달러", value)))
    return find(value, deep + 1) or _as_it_is(value)


def _of_several(why: str, deep: int) -> Rendered | None:
    """`what; remedy`. A semicolon within backticks is a command's, unless its backticks are cut off."""
    told = [one for parts in (_sentences(why), why.split("; ")) if (one := _one_by_one(parts, deep))]
    return next((one for one in told if one.whole), told[0] if told else None)


def _one_by_one(parts: list[str], deep: int) -> Rendered | None:
    """The longest beginning that a row knows, then the rest in the same way."""
    if not 1 < len(parts) <= MOST:
        return None
    for count in reversed(range(1, len(parts))):
        first, rest = "; ".join(parts[:count]), "; ".join(parts[count:])
        told = find(first, deep + 1)
        if told is None and count > 1:
            continue
        more = find(rest, deep + 1)
        if told or more:
            both = (told or _as_it_is(first), more or _as_it_is(rest))
            whole, pure = all(one.whole for one in both), all(one.pure for one in both)
            return Rendered(". ".join(one.text for one in both), whole, pure, both[0].used | both[1].used)
    return None


def _sentences(why: str) -> list[str]:
    """What stands between semicolons that are in no backticks."""
    parts: list[str] = []
    for part in why.split("; "):
        if parts and parts[-1].count("`") % 2:
            parts[-1] += f"; {part}"
        else:
            parts.append(part)
    return parts


def _as_it_is(text: str) -> Rendered:
    """A stranger's words, names, or a command to type."""
    ours = not _ENGLISH.search(_CODE.sub("", text))
    return Rendered(text, ours, ours)


def _behind_its_place(why: str, deep: int) -> Rendered | None:
    """`file:line: what`, `guard: what`, `TRIAGE: what`, `gate.fast[0] "x" what`: the place stays, for it is a name."""
    found = _WHERE.fullmatch(why) or _SUBJECT.fullmatch(why)
    told = find(found["what"], deep + 1) if found else None
    return told._replace(text=f"{found['where']}: {told.text}") if found and told else None


def _before_its_check(why: str, deep: int) -> Rendered | None:
    """`what: `check``: the check stays."""
    if not (found := _CODED.fullmatch(why)):
        return None
    told = _by_row(why, deep, ends="`")
    if told is None and (what := find(found["what"], deep + 1)) and what.whole:
        told = what._replace(text=f"{what.text}: {found['code']}")
    return told


def _cut_off(why: str, deep: int) -> Rendered | None:
    """A reason that was too long, cut within what stood in quotes."""
    ends = '`)"' if why.endswith("…") else ""
    return next((told for end in ends if (told := find(why + end, deep + 1))), None)


def _with_more(why: str, deep: int) -> Rendered | None:
    """`a, b and 3 more`: the names stay."""
    found = _MORE.fullmatch(why)
    if not found:
        return None
    first = find(found["first"], deep + 1) or Rendered(found["first"])
    return first._replace(text=f"{first.text} 외 {found['number']}개")
