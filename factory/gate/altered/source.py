"""A source as characters, addressed by the places of its syntax tree."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise

from factory.gate.altered.nouns import Swap

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # not splitlines: a form feed ends no line of Python


class SourceText:
    """Text, tree and places. Raises ValueError where this Python cannot read it."""

    def __init__(self, data: bytes) -> None:
        try:
            self.encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
            self.text = data.decode(self.encoding)
            self.tree = ast.parse(self.text)
        except (SyntaxError, LookupError, RecursionError, MemoryError) as error:
            raise ValueError(str(error)) from error
        self._lines = LINE.findall(self.text)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def place(self, line: int, column: int) -> int:
        """A tree counts columns in UTF-8 bytes."""
        if line > len(self._lines):
            return len(self.text)
        text = self._lines[line - 1]
        width = column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))
        return self._starts[line - 1] + width

    def span(self, node: ast.expr) -> tuple[int, int]:
        end = self.place(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self.place(node.lineno, node.col_offset), end

    def segment(self, node: ast.expr) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def swap(self, node: ast.expr, text: str) -> Swap:
        """The node's text, with as many line ends as it had: no line may move."""
        start, end = self.span(node)
        lines = LINE.findall(self.text[start:end])
        ends = "".join(line[len(line.rstrip("\r\n")) :] for line in lines)
        missing = ends if "\n" not in text and "\r" not in text else ""
        return Swap(start, end, f"({text}{missing})" if missing else text)

    def edited(self, edits: Iterable[Swap]) -> bytes:
        return replaced(self.text, edits).encode(self.encoding)


def replaced(text: str, edits: Iterable[Swap]) -> str:
    parts, at = [], 0
    for edit in sorted(set(edits)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


class Free:
    """Which characters nobody edits yet."""

    def __init__(self) -> None:
        self._edits: list[Swap] = []

    def take(self, edits: Iterable[Swap]) -> bool:
        """Whether these edits touch no others; the same edit may be made for two reasons."""
        new = [edit for edit in sorted(set(edits)) if not self._has(edit)]
        both = sorted((*new, *self._around(new)))
        if any(a.end > b.start or (a.start, a.end) == (b.start, b.end) for a, b in pairwise(both)):
            return False
        for edit in new:
            insort(self._edits, edit)
        return True

    def _has(self, edit: Swap) -> bool:
        at = bisect_left(self._edits, edit)
        return at < len(self._edits) and self._edits[at] == edit

    def _around(self, new: list[Swap]) -> list[Swap]:
        if not new:
            return []
        first, last = bisect_left(self._edits, new[0]), bisect_left(self._edits, new[-1])
        return self._edits[max(0, first - 1) : last + 1]
