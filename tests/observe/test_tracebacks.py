"""What failed is told as pytest tells it, whatever the reporter saves."""

from __future__ import annotations

import re

import pytest

from factory.gate import observe
from tests.observe.conftest import Watch

REAL = observe._reporter
NOTHING = (b"def once():\n    pass\n", b"")

COUNTS = """import builtins

compile, files = builtins.compile, []


def counted(source, filename, *args, **kwargs):
    files.append((filename, len(source) > 1000))
    return compile(source, filename, *args, **kwargs)


def pytest_runtest_setup():
    builtins.compile = counted


def pytest_unconfigure():
    builtins.compile = compile
    print(f"parsed {files.count(('source', True))}")
"""
HELPERS = "def check(one, other):\n    try:\n        assert one == other, [\n            one,\n        ]\n    finally:\n        pass\n\n\n"
REDS = "".join(
    f"def test_{n}():\n    if True:\n        check(\n            {n},\n            [-1],\n        )\n\n\n"
    for n in range(40)
)
FILES = {"test_red.py": HELPERS + REDS, "conftest.py": COUNTS}


def told(output: str) -> str:
    return re.sub(r"\d+\.\d+s|parsed \d+", "", output)


def parsed(output: str) -> int:
    match = re.search(r"parsed (\d+)", output)
    assert match, output
    return int(match[1])


def test_a_file_is_parsed_once_for_all_that_failed_in_it_and_told_the_same(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = watch(FILES)
    monkeypatch.setattr(observe, "_reporter", lambda part: NOTHING if part == "_tracebacks" else REAL(part))
    plain = watch(FILES)
    assert parsed(plain.output) >= 40
    assert parsed(saved.output) == 1
    assert told(saved.output) == told(plain.output)
    assert saved.seen.failures == plain.seen.failures
    assert len(saved.seen.failures) == 40
