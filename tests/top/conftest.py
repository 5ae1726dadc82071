"""The same shops as the line's tests have."""

from tests.line.conftest import at, make

__all__ = ["at", "make"]
