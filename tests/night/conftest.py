"""The night's tests use the line's repositories."""

from tests.line.conftest import at, make

__all__ = ["at", "make"]
