"""What failed, one line each, and the part of a log that a person would quote. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from factory.model import Triage
from factory.plain import many, printable

MOST = 50  # failures that are listed; more of them say nothing new
WIDTH = 300  # characters of one line that is kept
LONGEST = 2000  # characters of one line that are looked at: a minified file must not cost a minute

HEARD = re.compile(r"^== (?!.*=$).+: ", re.MULTILINE)  # where a command begins in a verdict's log
_ERROR_NAME = r"[\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Expired|Timeout|NotFound|Failure|Failed|Refused)\b"
_SECTION = re.compile(r"^_+ (?!_)(?P<name>\S.*?) _+$")
_SUMMARY = re.compile(r"^(?:FAILED|ERROR) (?P<name>\S+?(?:::.+?)?)(?: - (?P<why>.*))?$")
_NAMED = re.compile(r"[\w.]+(?=:)|assert\b")
_UNITTEST = re.compile(r"^(?:FAIL|ERROR): (?P<name>\S+(?: \(.*?\))?)")
_EXCEPTION = re.compile(rf"^(?:\w+: )?(?:Uncaught )?(?P<why>{_ERROR_NAME}(?: \[\w+\])?(?:: .*)?)$")
_ANY_NAME = re.compile(r"^(?P<why>[A-Za-z_][\w.]*(?::.*)?)$")  # what stands at the left margin below a traceback
_PANIC = re.compile(r"^thread '(?P<name>.+?)'.* panicked at ")
_PLAIN = re.compile(
    r"^(?:not ok \d+ - (?P<tap>.+)|--- FAIL: (?P<go>\S+)|\s*[●✖✕×] (?P<node>\S.*?)(?: \([\d.]+ ?m?s\))?)$"
)
# Each on one line that says all: compilers, linters, shells, make.
_SAYING = re.compile(
    r"^(?:\S.*?[:(]\d+(?:[:,]\d+)?\)?: (?:fatal )?error\b.*"
    r"|(?:fatal )?error(?:\[\w+\])?: (?!aborting|could not compile|test failed).*"
    r"|\S*.*: undefined reference to .*"
    r"|(?:vet: )?\S+\.go:\d+:\d+: .*"
    r"|\S+:\d+:\d+: [A-Z]+\d+ .*|[A-Z]{1,4}\d{3,4} (?:\[\*\] )?\S.*"
    r"|.*(?:command not found|: not found|[Nn]o such file or directory|No space left on device|Permission denied)$"
    r"|make(?:\[\d+\])?: \*\*\* .*|ERROR: (?!usage: ).*|(?:\S*python\S* -m )?[\w.-]+: error: .*"
    r"|\S*python\S*: No module named \S+)$"
)


def failures(text: str) -> tuple[str, ...]:
    """What failed, one line each (`test_name: reason` where there is a name), without doubles, in the order printed."""
    lines = [line[:LONGEST].removeprefix("INTERNALERROR> ") for line in printable(text).split("\n")]
    found = [*_pytest(lines), *_unittest(lines)] or [*_alone(lines)]
    found = found or [*_tracebacks(lines), *_panics(lines), *_sayings(lines)]
    return tuple(dict.fromkeys(line[:WIDTH] for line in found or _last(lines)))[:MOST]


def gist(text: str) -> str:
    """What failed, in one line: the first of it, and how much more there is."""
    first, *more = failures(text) or ("it printed nothing",)
    return first + (f" (and {len(more)} more)" if more else "")


def last_heard(log: str) -> str:
    """Of a verdict's log what the last command said: what stands before it is of main, or passed."""
    starts = [found.start() for found in HEARD.finditer(log)]
    return log[starts[-1] :] if starts else log


def tail(text: str, lines: int = 40) -> str:
    """At most `lines` lines: from the first failure on, and the end of the log; a line between counts the rest."""
    all_lines = [line[:LONGEST].rstrip() for line in printable(text).strip("\n").split("\n")]
    if len(all_lines) <= lines:
        return "\n".join(all_lines)
    first = next((i for i, line in enumerate(all_lines) if _begins(line)), len(all_lines))
    rest = all_lines[min(first, len(all_lines) - lines) :]
    if len(rest) <= lines or lines < 8:
        return "\n".join(rest[-lines:])
    head, end = rest[: lines * 3 // 4 - 1], rest[len(rest) - lines // 4 :]
    return "\n".join([*head, f"[{many(len(rest) - len(head) - len(end), 'line')} left out]", *end])


def first_failure(text: str) -> tuple[str, ...]:
    """The first failure itself, line by line: of pytest the statement and what it says of it, else what `failures`
    makes of it."""
    lines = [line[:WIDTH].rstrip() for line in printable(text).split("\n")]
    for _, body in _sections(lines, _SECTION, "===="):
        shown = [line for line in body if line.startswith(("E  ", ">  "))]
        if shown:
            last = max((at for at, line in enumerate(shown) if line.startswith(">  ")), default=0)
            return tuple(shown[last:])
    return failures(text)


def _begins(line: str) -> bool:
    if line.startswith(("Traceback (most recent", "=== FAIL", "not ok ", "failures:")):
        return True
    return any(p.match(line) for p in (_SECTION, _UNITTEST, _PANIC, _SAYING))


def _pytest(lines: list[str]) -> Iterator[str]:
    """A section's own words; of the summary, which is cut to the width of the terminal, the exception's name alone."""
    told: list[str] = []
    for name, body in _sections(lines, _SECTION, "===="):
        why = _last_reason(body)
        if why:
            told.append(name)
            yield f"{name}: {why}"
    for line in lines:
        match = _SUMMARY.match(line)
        if match and ("::" in match["name"] or "/" in match["name"] or match["name"].endswith(".py")):
            name = match["name"].partition("::")[2].replace("::", ".") or match["name"]
            if not any(name in one for one in told):
                kind = _NAMED.match(match["why"] or "")
                yield f"{name}: {kind[0] if kind else 'failed'}"


def _alone(lines: list[str]) -> Iterator[str]:
    """One test's failure without its title, as a report of pytest holds it."""
    if why := _last_reason(lines):
        yield why


def _last_reason(body: list[str]) -> str:
    """The first `E` line of the last exception of a chain: that one ended the test."""
    starts = [
        line[1:].strip()
        for before, line in zip(["", *body], body, strict=False)
        if line.startswith("E  ") and not before.startswith("E  ")
    ]
    return starts[-1] if starts else ""


def _unittest(lines: list[str]) -> Iterator[str]:
    for name, body in _sections(lines, _UNITTEST, "===="):
        why = [*_tracebacks(body)]
        if why:
            yield f"{name}: {why[-1]}"


def _sections(lines: list[str], title: re.Pattern[str], end: str) -> Iterator[tuple[str, list[str]]]:
    """(name, lines up to the next title or rule)."""
    name, body = "", list[str]()
    for line in [*lines, end]:
        match = title.match(line)
        if match or line.startswith(end):
            if name:
                yield name, body
            name, body = match["name"] if match else "", []
        else:
            body.append(line)


def _tracebacks(lines: list[str]) -> Iterator[str]:
    """What ended each traceback, whatever its name; of a chain, the last. And exceptions without a traceback."""
    found, inside = "", False
    for line in [*lines, "."]:
        if line.startswith(("During handling of", "The above exception")):
            found = ""
        elif line.startswith("Traceback (most recent"):
            inside = True
        elif line[:1].isspace() or not line:
            continue
        else:
            match = (_ANY_NAME if inside else _EXCEPTION).match(line)
            if found:
                yield found
            found, inside = match["why"] if match else "", False


def _panics(lines: list[str]) -> Iterator[str]:
    for line, after in zip(lines, [*lines[1:], ""], strict=False):
        if match := _PANIC.match(line):
            yield f"{match['name']}: {after.strip()}"


def _sayings(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if match := _PLAIN.match(line):
            yield f"{match['tap'] or match['go'] or match['node']}: failed"
        elif _SAYING.match(line):
            yield line.strip()


def _last(lines: Iterable[str]) -> list[str]:
    """Nothing was recognised: the last words."""
    return [line.strip() for line in lines if line.strip()][-3:]


# --- the same failure has the same fingerprint, on another day, machine and seed

BEFORE_A_NUMBER = "line|lines|seed|pid|process|thread|port|worker|took|after|in"
# What differs from run to run, and what stands for it. In this order: later ones would eat parts of earlier ones.
NOISE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"^\[gw\d+\] |^\[\d+/\d+\] ", ""),
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<id>"),
        (r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?", "<time>"),
        (r"(?<=[A-Za-z_>]):\d+(?::\d+)?\b|\(\d+,\d+\)|(?<=sh: )\d+:", ""),  # file.c:3:7, file.ts(3,7), sh: 3:
        (r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\b", "<time>"),
        (r"\b0x[0-9a-fA-F]+\b", "<address>"),
        (r"(?:file://)?(?:[A-Za-z]:\\|[~.]{0,2}/)?(?:[\w.@+<>-]+[/\\])+(?=[\w.@+<>-])", ""),  # folders; the name stays
        (r"\btmp[\w-]{4,}\b|\bcc\w{6}(?=\.)", "<tmp>"),
        (r"\b(?=[a-f0-9]*\d)(?=[a-f0-9]*[a-f])[a-f0-9]{7,64}\b", "<id>"),
        (rf"(?i)\b({BEFORE_A_NUMBER})(\W{{0,3}})\d+(?:\.\d+)?(?:e-?\d+)?", r"\1\2<n>"),
        (r"[-+]?\b\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?|min|[KMG]i?B|bytes)\b", "<n>"),
        (r"[-+]?\b\d+\.\d+(?:[eE][-+]?\d+)?\b|\b\d+[eE][-+]?\d+\b|\b\d{4,}\b", "<n>"),
        (r"\s+", " "),
    )
)


def fingerprint(triage: Triage, text: str) -> str:
    """16 hex digits for the failures in a text, in whatever order they were printed.

    Line numbers, folders, addresses, times, durations, seeds, process ids and temporary names do not count; test names,
    messages and small whole numbers (`assert 3 == 4`, `HTTP 404`) do.
    """
    lines = sorted({steady(line) for line in failures(text)})
    return hashlib.sha256("\n".join([triage.value, *lines]).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def steady(line: str) -> str:
    """A failure's line without what differs from run to run."""
    for pattern, word in NOISE:
        line = pattern.sub(word, line)
    return line.strip()
