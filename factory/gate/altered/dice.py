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
        self._thrown = 0

    def below(self, bound: int) -> int:
        self._thrown += 1
        return int(hashlib.sha256(f"{self._seed}\0{self._thrown}".encode(errors="replace")).hexdigest(), 16) % bound

    def pick(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def shuffled(self, of: Iterable[T]) -> list[T]:
        left = list(of)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]

    def word(self, length: int = 12) -> str:
        return "".join(self.pick(ascii_lowercase) for _ in range(length))
