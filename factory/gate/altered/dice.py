"""Choices that follow from the plan's digest: the same for everybody who checks, known to no change before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A row of numbers from a digest and what is asked."""

    def __init__(self, digest: str, *about: object) -> None:
        self._seed = "\0".join((digest, *map(str, about)))
        self._hashed, self._bytes = 0, b""

    def below(self, bound: int) -> int:
        width = 4 if bound < 1 << 16 else 24  # eight small numbers of one hash: data may hold a million
        if len(self._bytes) < width:
            self._hashed += 1
            self._bytes = hashlib.sha256(f"{self._seed}\0{self._hashed}".encode(errors="replace")).digest()
        number, self._bytes = int.from_bytes(self._bytes[:width], "big"), self._bytes[width:]
        return number % bound

    def pick(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def shuffled(self, of: Iterable[T]) -> list[T]:
        left = list(of)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]

    def word(self, length: int = 12) -> str:
        return "".join(self.pick(ascii_lowercase) for _ in range(length))
