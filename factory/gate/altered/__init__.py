"""Altered judges: main's tests with an expectation changed, so that honest work must be red."""

from factory.gate.altered.data import data_rounds
from factory.gate.altered.expected import Expected, expected
from factory.gate.altered.literals import literal_rounds
from factory.gate.altered.nouns import Round, Site
from factory.gate.altered.python import MORE, SAYS_LITTLE, mute, rounds

__all__ = [
    "MORE",
    "SAYS_LITTLE",
    "Expected",
    "Round",
    "Site",
    "data_rounds",
    "expected",
    "literal_rounds",
    "mute",
    "rounds",
]
