"""What a secret looks like: one row a kind. A new kind is a row.

Two readers with two needs: the guard must never refuse a right change, so it uses the `sure` rows and wants real
randomness in the value; redaction may take too much, so it uses all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

# A token may follow a JSON-escaped line break or a URL-quoted character, whose letters are not its own.
EDGE, END = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))", r"(?![A-Za-z0-9])"
RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|invalid|test|localhost)$", re.IGNORECASE)
# `icon@2x.png`, `lib@4.17.tgz` and `getty@tty1.service` are files, not people.
FILES = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|jsx?|tsx?|json|html?|txt|ya?ml|toml|lock|map|gz|tgz|zip|whl|patch"
    r"|service|socket|target|timer|mount|slice|conf)$",
    re.IGNORECASE,
)
SAMPLE = re.compile(r"example|placeholder|changeme|your[-_]|dummy|fake|redacted|1234|abcd|(.)\1{5}", re.IGNORECASE)
VERSION = re.compile(r"[~^=<>v ]*\d+(?:\.[\w*+-]+)*")
CODE = re.compile(r"[A-Za-z_][A-Za-z_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")


class SecretKind(NamedTuple):
    """The secret is the pattern's group `secret`, or the whole match. `accepts` looks at it once more."""

    name: str
    pattern: re.Pattern[str]
    sure: bool = True
    accepts: Callable[[str], bool] = bool
    hint: str = ""  # a text without this holds no such secret: ten times faster than the pattern


def random_looking(value: str) -> bool:
    """Long and mixed as only a generated value is; the samples in documentation are not."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return mixed and len(set(value)) >= 10 and not SAMPLE.search(value)


def _is_literal(value: str) -> bool:
    """Not a version, not a number (JSON must stay JSON), not a name that code would stand for."""
    return not VERSION.fullmatch(value) and not CODE.fullmatch(value)


def _is_strong_literal(value: str) -> bool:
    """A digest in one case is no secret; a generated value of both cases and digits is."""
    cased = value != value.lower() and value != value.upper()
    return _is_literal(value) and cased and len(set(value)) >= 14 and random_looking(value)


def _is_personal(address: str) -> bool:
    """Addresses of the names reserved for examples belong to nobody; `git@host` is a remote."""
    user, _, host = address.rpartition("@")
    return user != "git" and not RESERVED.search(host) and not FILES.search(host)


def _row(name: str, pattern: str, **more: object) -> SecretKind:
    return SecretKind(name, re.compile(pattern), **more)  # type: ignore[arg-type]


def _token(name: str, start: str, rest: str) -> SecretKind:
    return _row(name, EDGE + re.escape(start) + rest + END, accepts=random_looking, hint=start)


_NAME = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credential|(?:api|access|auth|secret|private)[_-]?key)"
_ASSIGNED = rf"(?i:{_NAME})\\?[\"']?\s{{0,4}}(?::=|=>|=|:)\s{{0,4}}"
_QUOTED = r"(?:[rbuf]?\\?[\"'])(?P<secret>[^\s\"'\\$%{{}}<>\[\]*]{{{least},400}})(?=\\?[\"'])"
_BARE = r"(?P<secret>[^\s\"'`\\,;&$%{}()<>\[\]*=|]{6,400})(?![\w(\[.=])"
_PEM = r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_PEM_WHOLE = r"(?=[\s\S]{0,400}?[A-Za-z0-9+/]{32})(?:(?!-----)[\s\S]){32,20000}" + _PEM.replace("BEGIN", "END")
_PEM_CUT = r"(?:(?:\\[nr]|\s){0,40}[A-Za-z0-9+/=]{32,}){1,400}"

KINDS: tuple[SecretKind, ...] = (
    # To its end line; cut off before that, as far as the base64 goes. A sample with "..." for a body is none.
    _row("private-key", f"{_PEM}(?:{_PEM_WHOLE}|{_PEM_CUT})", hint="-----BEGIN "),
    _token("anthropic", "sk-ant-", r"[A-Za-z0-9_-]{16,}"),
    _token("openai", "sk-", r"(?!ant-)[A-Za-z0-9_-]{20,}"),
    _token("google", "AIza", r"[A-Za-z0-9_-]{35}"),
    _token("google", "AQ.", r"[A-Za-z0-9_-]{35,}"),
    _token("google", "ya29.", r"[A-Za-z0-9_-]{20,}"),
    _token("google", "GOCSPX-", r"[A-Za-z0-9_-]{20,}"),
    _token("aws", "A", r"(?:KIA|SIA)[A-Z2-7]{16}"),
    _token("github", "gh", r"[pousr]_[A-Za-z0-9]{36,255}"),
    _token("github", "github_pat_", r"[A-Za-z0-9_]{22,255}"),
    _token("gitlab", "glpat-", r"[A-Za-z0-9_.-]{20,}"),
    _token("slack", "xox", r"[abeoprs]-[A-Za-z0-9-]{10,}"),
    _token("slack", "xapp-", r"[A-Za-z0-9-]{20,}"),
    _row(
        "slack",
        r"hooks\.slack\.com/services/(?P<secret>[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]{16,})",
        accepts=random_looking,
        hint="hooks.slack.com/services/",
    ),
    _token("stripe", "sk_", r"(?:live|test)_[A-Za-z0-9]{16,}"),
    _token("npm", "npm_", r"[A-Za-z0-9]{36}"),
    _token("pypi", "pypi-", r"[A-Za-z0-9_-]{60,}"),
    _token("huggingface", "hf_", r"[A-Za-z0-9]{30,}"),
    _token("jwt", "eyJ", r"[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    _row("bearer", r"(?i:\bbearer)[ \t]+(?P<secret>[A-Za-z0-9._~+/=-]{16,})", accepts=random_looking),
    _row(
        "basic", r"(?i:authorization)\W{1,4}(?i:basic|token|apikey)[ \t]+(?P<secret>[A-Za-z0-9._~+/=-]{8,})", sure=False
    ),
    _row("password", _ASSIGNED + _QUOTED.format(least=20), accepts=_is_strong_literal),
    _row("password", _ASSIGNED + _QUOTED.format(least=6), sure=False, accepts=lambda v: not VERSION.fullmatch(v)),
    _row("password", _ASSIGNED + _BARE, sure=False, accepts=_is_literal),
    _row(
        "password",
        rf"(?<![a-z])[A-Z_]*(?:{_NAME.upper()})=(?P<secret>[A-Za-z_]{{6,400}})\b(?![(.\[])",
        sure=False,
        hint="=",
    ),
    _row(
        "password",
        rf"--(?:[a-z]+-){{0,3}}{_NAME}[ =](?P<secret>[^\s\"'$<\[-][^\s\"'$<\[]{{5,400}})",
        sure=False,
        hint="--",
    ),
    _row("url-password", r"://[^/\s:@\"'<>]{1,100}:(?P<secret>[^/\s:@\"'<>\[\]${}*]{3,200})@", sure=False, hint="://"),
    _row("url-key", r"[?&](?:key|sig|signature|code)=(?P<secret>[A-Za-z0-9._~%+-]{16,})", sure=False, hint="="),
    _row(
        "email",
        r"(?<![A-Za-z0-9._%+/:-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])",
        sure=False,
        accepts=_is_personal,
        hint="@",
    ),
)
