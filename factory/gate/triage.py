"""Why an attempt failed, from what a gate's command printed. Pure.

The classes, by what is wrong:

- IMPORT: a name or module cannot be found (a missing header, an undefined symbol and a circular import too).
- PATH: a file or folder cannot be found.
- SCHEMA: data, a call or source text has not the shape that its reader demands: validation, JSON, a wrong signature,
  KeyError, AttributeError, type checkers, syntax.
- API: a service on the network refused, failed or was out of reach.
- TIMEOUT: a limit killed it (time; memory too, when nothing else was printed).
- ENVIRONMENT: the command could not do its work here (not found, no permission, no space).
- TEST: all else: the code ran, and gave a wrong answer.

Every failure has one vote. With as many votes for each, the class nearer to a root cause wins (the order of `NEARER`);
and a name that cannot be found explains the type errors beside it.
"""

from __future__ import annotations

import re
from collections import Counter

from factory.gate.failures import failures, fingerprint, gist, tail
from factory.model import Triage

__all__ = ["classify", "failures", "fingerprint", "gist", "names_cause", "tail"]

NOT_FOUND, NOT_EXECUTABLE, TIMED_OUT, KILLED = 127, 126, 124, (137, -9)
NOTHING_RAN = re.compile(
    r"^(?:no tests ran|collected 0 items|\d+ deselected) ?(?:in [\d.]+s)?|^Ran 0 tests", re.MULTILINE
)

_ASSERTION = r"(?:^|: )(?:[\w.]*Assertion(?:Error| Failed)\b|assert\b|Failed: DID NOT|assertion [`\w].* failed)"
_SERVICE = (
    r"\b(?:httpx2?|requests|urllib3?|aiohttp|openai|anthropic|genai|google|grpc)\.[\w.]*(?:Error|Exception|Timeout)\b"
    r"|\bConnection(?:Refused|Reset|Aborted)?Error|\bAPI\w*Error\b|SSLError|CERTIFICATE_VERIFY|Too Many Requests"
    r"|\b(?:HTTP(?:Error)?|Error code:?|status(?: code)?:?) [45]\d\d\b|rate.?limit|overloaded"
    r"|RESOURCE_EXHAUSTED|UNAUTHENTICATED|PERMISSION_DENIED|DEADLINE_EXCEEDED|\bUNAVAILABLE\b"
    r"|ECONN(?:REFUSED|RESET)|ENOTFOUND|EAI_AGAIN|Name or service not known|[Nn]ame resolution|Could not resolve host"
    r"|(?i:invalid (?:x-)?api[- ]key|api key not valid)"
)
_LIMIT = r"\bTimeout(?:Error|Expired)?\b|\btimed out\b|\bETIMEDOUT\b|\bexceeded timeout\b"
_ENVIRONMENT = (
    r"command not found|: not found$|No space left|Permission(?:Error| denied)|EACCES|ENOSPC|Read-only file system"
    r"|Cannot allocate memory|Too many open files|Disk quota|cannot execute|python\S*: No module named \S+$"
)
_IMPORT = (
    r"ModuleNotFoundError|ImportError|circular import|NameError|UnboundLocalError|ReferenceError: |MODULE_NOT_FOUND"
    r"|[Cc]annot find (?:module|package|symbol|name|value|type|function|crate|macro)|package \S+ does not exist"
    r"|unresolved (?:import|name|module)|undefined (?:reference|symbol|name|variable|:)|undeclared"
    r"|not declared in this scope|error\[E04(?:25|32|33)\]|fatal error: .*\.(?:h|hh|hpp|hxx)\b|[Cc]annot resolve"
    r"|is not in (?:std|GOROOT)|no required module|undefined: "
)
_PATH = (
    r"FileNotFound|NotADirectory|IsADirectory|FileExistsError|(?i:no such file)|ENOENT"
    r"|file or directory not found|No rule to make target"
)
_SCHEMA = (
    r"Validation ?Error|SchemaError|(?:JSON|TOML)DecodeError|YAMLError|ParserError|KeyError|AttributeError|TypeError"
    r"|UnicodeDecodeError|SyntaxError|IndentationError|TabError|unmarshal|error TS\d+|error\[E\d+\]|incompatible types"
    r"|mismatched types|\[[a-z]+(?:-[a-z]+)+\]$|\berror: "
)
# In this order a line is looked at: a test's own assertion may quote anything.
READ: tuple[tuple[Triage, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Triage.TEST, _ASSERTION),
        (Triage.IMPORT, _IMPORT),
        (Triage.ENVIRONMENT, _ENVIRONMENT),
        (Triage.API, _SERVICE),
        (Triage.TIMEOUT, _LIMIT),
        (Triage.PATH, _PATH),
        (Triage.SCHEMA, _SCHEMA),
    )
)
# In this order equal votes are decided: what is nearer to the cause of the others.
NEARER = (
    *(Triage.ENVIRONMENT, Triage.IMPORT, Triage.PATH, Triage.SCHEMA),
    *(Triage.API, Triage.TIMEOUT, Triage.TEST),
)


def classify(text: str, *, exit_code: int | None = None, timed_out: bool = False) -> Triage:
    """The class of a failed command's output (stdout and stderr together)."""
    if timed_out or exit_code == TIMED_OUT:
        return Triage.TIMEOUT
    if exit_code in (NOT_FOUND, NOT_EXECUTABLE):
        return Triage.ENVIRONMENT
    votes = Counter(_class_of(line) for line in failures(text))
    if not votes:
        return Triage.TIMEOUT if exit_code in KILLED else Triage.TEST
    if NOTHING_RAN.search(text) and set(votes) == {Triage.TEST}:
        return Triage.ENVIRONMENT
    if votes[Triage.IMPORT] and not votes[Triage.TEST]:
        votes[Triage.IMPORT] += votes.pop(Triage.SCHEMA, 0)
    return max(NEARER, key=lambda kind: (votes[kind], -NEARER.index(kind)))


CAUSES = (Triage.ENVIRONMENT, Triage.IMPORT, Triage.PATH, Triage.SCHEMA, Triage.API)


def names_cause(line: str, kind: Triage | None) -> bool:
    """Whether a line says what a failure of this class came from: the module, the path, the shape."""
    return kind in CAUSES and _class_of(line) is kind


def _class_of(line: str) -> Triage:
    return next((kind for kind, pattern in READ if pattern.search(line)), Triage.TEST)
