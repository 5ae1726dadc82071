"""This repository lives under its own guards: what they refuse of others, they do not find here."""

from __future__ import annotations

from pathlib import Path

import pytest

import guards
from factory.operator.byhand import guard

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this copy of the sources is no git repository")
def test_the_guards_find_nothing_in_their_own_house() -> None:
    found = guard(ROOT, None)
    assert list(found) == list(guards.NAMES)
    assert [str(finding) for findings in found.values() for finding in findings if not finding.flag] == []
