"""Which Python files are tests, by the names that pytest and unittest go by."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

COLLECTED = re.compile(r"test_.*\.py|.*_test\.py|test\.py|tests\.py")
FOLDERS = {"test", "tests", "testing", "integration_tests", "unit_tests", "functional_tests"}


def is_collected(path: str) -> bool:
    """Whether a runner would look for tests in that file."""
    return bool(COLLECTED.fullmatch(PurePosixPath(path).name))


def is_test_code(path: str) -> bool:
    """Whether a file belongs to the tests: collected, a conftest.py, or Python in a folder of tests."""
    at = PurePosixPath(path)
    if at.suffix != ".py":
        return False
    return is_collected(path) or at.name == "conftest.py" or bool(FOLDERS & set(at.parts[:-1]))
