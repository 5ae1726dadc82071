"""The same failure has the same fingerprint, on another day, machine and seed. Pure."""

from __future__ import annotations

import hashlib
import re

from factory.gate.failures import failures
from factory.model import Triage

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
