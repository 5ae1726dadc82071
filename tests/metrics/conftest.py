"""Repositories with tickets, and with cards."""

from tests.line.conftest import at, make
from tests.trucks.conftest import make_day

__all__ = ["at", "make", "make_day"]
