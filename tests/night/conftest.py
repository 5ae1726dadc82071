"""The night's tests use the line's repositories."""

from tests.line.conftest import make

__all__ = ["make"]
