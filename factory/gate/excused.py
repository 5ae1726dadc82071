"""Pure: which tests of main need not be there and green after a change."""

from __future__ import annotations

from collections.abc import Collection

from factory.gate import compare
from factory.gate.renamed import renamed
from guards import tests_kept
from guards.case import Case, text
from guards.syntax.suite import is_test_code


def excused(case: Case) -> compare.Excused:
    """In touched files, those that were renamed or moved, or that the ticket lets go."""
    touched = set(case.touched)

    def source(path: str) -> str:
        return text(case.tree, path) or ""

    def answer(missing: Collection[str], skipped: Collection[str], new: Collection[str]) -> frozenset[str]:
        judged = [node for node in missing if is_test_code(node.split("::")[0])]
        if tests_kept.NAME in case.terms.allow:
            return frozenset(node for node in (*judged, *skipped) if node.split("::")[0] in touched)
        return renamed(judged, new, touched, source)

    return answer
