"""What goes into git is read by everybody for ever: no secret, no terminal trick, no unbounded file.

`clean` is the whole way for the output of a program. The order is part of it: a secret cut in two by the cap,
or laced with escape codes, would no longer be seen.
"""

from __future__ import annotations

import base64
import bisect
import functools
import html
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping

from factory.plain import one_line, printable
from factory.records.bounded import ATTEMPT_CAP, FILE_CAP, cap, cap_all, is_binary
from factory.records.secret_kinds import KINDS, SecretKind

__all__ = [
    "ATTEMPT_CAP",
    "FILE_CAP",
    "cap",
    "cap_all",
    "clean",
    "find_secrets",
    "one_line",
    "printable",
    "redact",
    "redact_known",
    "secret_values",
]

SHORTEST = 6  # characters: a shorter known value ("1", "true") would shred every text
SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|COOKIE|DSN", re.IGNORECASE)
_UNSEEN = r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff]"
# What stands between two characters of a secret that is broken over lines: nothing; the break; the break with the
# indent, quote or diff mark after it. (In this order, because a secret may itself hold such marks.)
_GAPS = tuple(
    re.compile(gap) for gap in (r"(?!)", rf"\\?\r?\n|{_UNSEEN}", rf"\\?\r?\n(?:E {{2,}}|[ \t>|+#*-]*)|{_UNSEEN}")
)


def clean(content: bytes, known: Iterable[str] = (), limit: int = FILE_CAP) -> bytes:
    """A program's output as it may be committed: text of at most `limit` bytes without secrets or escape codes."""
    if is_binary(content):
        return cap(content, limit)
    text = printable(content.decode("utf-8", "replace"))
    return cap(redact(text, known).encode("utf-8", "replace"), limit)


def secret_values(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the variables whose names say that they are secret."""
    return tuple(v for k, v in environ.items() if SECRET_NAME.search(k) and len(v) >= SHORTEST)


def find_secrets(text: str) -> Iterator[tuple[int, str]]:
    """(line from 1, kind) of what is a secret beyond doubt, in order; never the secret itself."""
    seen = {(m.start(), kind.name) for kind in KINDS if kind.sure and kind.hint in text for m in _hits(kind, text)}
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    yield from sorted({(bisect.bisect_right(starts, at), name) for at, name in seen})


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with every known value, secret and e-mail address replaced by `[redacted:<kind>]`.

    Known values are found raw and in simple encodings (base64 at any offset, hex, URL, JSON, HTML), also where they are
    broken over lines. Values under 6 characters are left alone.
    """
    text = redact_known(text, known)
    for kind in KINDS:
        if kind.hint in text:
            text = _without_kind(kind, text)
    return text


def _hits(kind: SecretKind, text: str) -> Iterator[re.Match[str]]:
    return (m for m in kind.pattern.finditer(text) if kind.accepts(m[_group(m)]))


def _group(match: re.Match[str]) -> str | int:
    return "secret" if "secret" in match.re.groupindex else 0


def _without_kind(kind: SecretKind, text: str) -> str:
    spans = [m.span(_group(m)) for m in _hits(kind, text)]
    return _replaced(text, spans, kind.name) if spans else text


def _replaced(text: str, spans: Iterable[tuple[int, int]], kind: str) -> str:
    """The spans (sorted, of `text`) replaced; those that overlap become one."""
    out, at = [], 0
    for start, end in spans:
        if start >= at:
            out += [text[at:start], f"[redacted:{kind}]"]
        at = max(at, end)
    return "".join([*out, text[at:]])


def redact_known(text: str, known: Iterable[str]) -> str:
    """The text without the known values, in any simple encoding; what only looks like a secret stays."""
    sought = _sought(tuple(known))
    if not sought:
        return text
    spans = {span for gap, needles in sought for span in _found(_Squeezed(text, gap), needles)}
    return _replaced(text, sorted(spans), "known")


@functools.lru_cache(maxsize=8)
def _sought(known: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    """Each kind of gap, with what to look for in a text without it; made once, for a run asks of all that it says."""
    needles = {n for value in known if len(value) >= SHORTEST for n in _encodings(value) if len(n) >= SHORTEST}
    squeezed = ((gap, {_Squeezed(needle, gap).text for needle in needles}) for gap in _GAPS)
    return tuple((gap, frozenset(n for n in found if len(n) >= SHORTEST)) for gap, found in squeezed if needles)


def _found(text: _Squeezed, needles: Iterable[str]) -> Iterator[tuple[int, int]]:
    for needle in [needle for needle in needles if needle in text.text]:  # none, nearly always
        for start, end in _places(text.text, needle):
            yield text.whole(start), text.whole(end - 1) + 1


def _places(text: str, needle: str) -> Iterator[tuple[int, int]]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + 1)


class _Squeezed:
    """A text without its gaps, so that a plain search finds what is broken over lines; and the way back."""

    def __init__(self, text: str, gap: re.Pattern[str]) -> None:
        self.gap, pieces, at, length = gap, list[str](), 0, 0
        self._here, self._whole = [0], [0]
        for hole in gap.finditer(text):
            pieces.append(text[at : hole.start()])
            length, at = length + hole.start() - at, hole.end()
            self._here.append(length)
            self._whole.append(at)
        self.text = "".join([*pieces, text[at:]])

    def whole(self, index: int) -> int:
        """Where a character of this text stands in the whole one."""
        piece = bisect.bisect_right(self._here, index) - 1
        return self._whole[piece] + index - self._here[piece]


def _encodings(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogateescape")
    hexed = [f"{byte:02x}" for byte in raw]
    quoted = urllib.parse.quote(raw, safe="")
    plain = {
        *(value, value[::-1], value.strip(), repr(value)[1:-1], html.escape(value), json.dumps(value)[1:-1]),
        *(quoted, quoted.lower(), urllib.parse.quote_plus(raw), "".join(f"%{h.upper()}" for h in hexed)),
        *(sep.join(hexed) for sep in ("", " ", ":", "\\x", "-")),
        " ".join("".join(hexed[i : i + 2]) for i in range(0, len(hexed), 2)),
        *(sep.join(str(byte) for byte in raw) for sep in (",", ", ", " ")),
    }
    upper = {"".join(hexed).upper(), " ".join(hexed).upper(), ":".join(hexed).upper()}
    return plain | upper | set(_base64s(raw))


def _base64s(raw: bytes) -> Iterator[str]:
    """The value's own characters in the base64 of any text around it: three offsets, two alphabets."""
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first = (offset * 8 + 5) // 6
        last = (offset + len(raw)) * 8 // 6
        body = whole[first:last]
        yield body
        yield body.replace("+", "-").replace("/", "_")
    yield from (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode())
    yield base64.b32encode(raw).decode().rstrip("=")
