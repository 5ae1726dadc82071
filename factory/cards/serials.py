"""Serial numbers of cards: each lane and type counts for itself, and never uses a number twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from factory.cards.card import card_ids, card_parts
from factory.cards.places import BACKLOG, ids_in
from factory.errors import Mistake
from factory.tree import Tree

_BACKLOG = re.compile(rf"{BACKLOG}/backlog_([0-9]{{8}})(_\w+)?\.jsonl")


class Serials:
    """Deals the next free id of a lane and type."""

    def __init__(self, used: Iterable[str] = ()) -> None:
        self._last: dict[tuple[int, str], int] = {}
        for lane, kind, serial in map(card_parts, used):
            self._last[lane, kind] = max(serial, self._last.get((lane, kind), 0))
        self._ids: dict[tuple[int, str], Iterator[str]] = {}

    def next(self, lane: int, kind: str) -> str:
        """Mistake after L1_SCAN_999999."""
        key = lane, kind
        ids = self._ids.setdefault(key, card_ids(lane, kind, self._last.get(key, 0)))
        if (dealt := next(ids, None)) is None:
            raise Mistake(f"lane {lane} has used all its {kind} numbers", remedy="use another lane, or a larger per")
        return dealt


def used_before(tree: Tree, day: str) -> tuple[str, ...]:
    """The ids in the backlogs of earlier days, so that an id means one card for ever."""
    return _used(tree, lambda other: other < day)


def used_elsewhere(tree: Tree, day: str) -> frozenset[str]:
    """The ids in the backlogs of later days, which a day that comes late must not use again."""
    return frozenset(_used(tree, lambda other: other > day))


def _used(tree: Tree, counts: Callable[[str], bool]) -> tuple[str, ...]:
    paths = [path for path in sorted(tree.entries()) if (found := _BACKLOG.fullmatch(path)) and counts(found[1])]
    return tuple(card_id for path in paths for card_id in ids_in(tree.read(path)))
