"""What one assertion asks, and how each of its expectations is made one that honest work cannot meet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from factory.gate.altered.nouns import How, Swap
from factory.gate.altered.sides import NOTHING, ExpectedSides, Leaf, constant, near
from factory.gate.altered.source import SourceText


class Alteration(NamedTuple):
    """One way to alter one assertion: other values for `leaves`, or the edits as they are."""

    line: int
    leaves: tuple[Leaf, ...] = ()
    edits: tuple[Swap, ...] = ()
    beside: ast.expr | None = None  # the other side: a name that stands on both alters nothing
    side: ast.expr | None = None  # where also the order of its values must be right
    within: ast.expr | None = None  # what is worth a list, a row or a table: single values of it, too


class Question(NamedTuple):
    """One assertion. `last` is for where no literal of it can be altered."""

    drafts: tuple[Alteration, ...]
    last: Alteration | None = None


OTHER_CLASS = 'type("_Other", (), {})'
NEIGHBOUR = (  # of a plain value another one of its type; an object, equal to nothing, where there is none
    "(lambda v: not v if type(v) is bool else v + 1 if type(v) in (int, float) and v + 1 != v "
    "else v + 'x' if type(v) is str else v + b'x' if type(v) is bytes else v + [0] if type(v) is list "
    "else v + (0,) if type(v) is tuple else {**v, 'x': object()} if type(v) is dict "
    "else v ^ {object()} if type(v) is set else object())"
)
WITHIN = (  # the same of one value in a list, a tuple or a dictionary
    "(lambda v, f, n: f(v) if type(v) not in (list, tuple, dict) or not v "
    "else {**v, [*v][n % len(v)]: f([*v.values()][n % len(v)])} if type(v) is dict "
    "else type(v)([*v[:n % len(v)], f(v[n % len(v)]), *v[n % len(v) + 1:]]))"
)
WORDS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: (r"==", "!="),
    ast.NotEq: (r"!=", "=="),
    ast.In: (r"\bin\b", "not in"),
    ast.NotIn: (r"\bnot\s+in\b", "in"),
    ast.Is: (r"\bis\b", "is not"),
    ast.IsNot: (r"\bis\s+not\b", "is"),
}
BOUNDS: dict[type[ast.cmpop], tuple[How, How]] = {  # for the left side, for the right one
    **dict.fromkeys((ast.Lt, ast.LtE), (How.HIGH, How.LOW)),
    **dict.fromkeys((ast.Gt, ast.GtE), (How.LOW, How.HIGH)),
}
NEAR = {"math.isclose", "cmath.isclose", "numpy.isclose", "numpy.allclose", "numpy.array_equal"}
PATTERNS = {"re.match", "re.search", "re.fullmatch"}
SEVERAL = {"builtins.list", "builtins.tuple", "builtins.dict", "builtins.sorted"}
KINDS = {"builtins.isinstance", "builtins.issubclass"}


class Questions:
    """Reads expressions that must be true. `anywhere`: see ExpectedSides.leaves.

    `lacking`: what the function says something is not in, as sources: a container of all but a few may be right.
    """

    def __init__(
        self, source: SourceText, sides: ExpectedSides, anywhere: bool = False, lacking: frozenset[str] = frozenset()
    ) -> None:
        self.source, self.sides, self.anywhere, self.lacking = source, sides, anywhere, lacking

    def truth(self, test: ast.expr) -> Iterator[Question]:
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for part in test.values:
                yield from self.truth(part)
        elif isinstance(test, ast.Compare):
            yield self.compared(test)
        elif isinstance(test, ast.Call):
            yield Question(tuple(self._called(test)), self._denied(test))
        elif constant(test) is NOTHING:
            yield Question((), self._denied(test))

    def pair(self, op: type[ast.cmpop], left: ast.expr, right: ast.expr) -> Iterator[Alteration]:
        """The drafts for `left op right`."""
        single = any(isinstance(constant(s), bool) or constant(s) is None for s in (left, right))
        if op is ast.Eq or (op is ast.Is and single):
            yield from self.side(left, right, How.SAME)
            yield from self.side(right, left, How.SAME)
        elif op is ast.In:
            if self._part_of_text(left) and ast.unparse(right) not in self.lacking:
                yield from self.side(left, right, How.FAR)
            if isinstance(right, (ast.Tuple, ast.List, ast.Set)):
                yield from self.side(right, left, How.FAR)
        elif op in BOUNDS:
            yield from self._bound(left, right, *BOUNDS[op])

    def side(self, node: ast.expr, other: ast.expr, how: How) -> Iterator[Alteration]:
        leaves = tuple(self.sides.leaves(node, how, self.anywhere))
        if leaves:
            yield Alteration(node.lineno, leaves, beside=other, side=node if how is How.SAME else None)

    def compared(self, test: ast.Compare) -> Question:
        sides = [test.left, *test.comparators]
        drafts = tuple(
            draft
            for op, left, right in zip(test.ops, sides, sides[1:], strict=False)
            for draft in self.pair(type(op), left, right)
        )
        if len(test.ops) > 1 or type(test.ops[0]) not in WORDS:
            return Question(drafts, self._denied(test))
        if isinstance(test.ops[0], ast.Eq):
            return Question(drafts, self.unlike(*sides))
        return Question(drafts, self._turned(type(test.ops[0]), *sides))

    def unlike(self, left: ast.expr, right: ast.expr) -> Alteration | None:
        """`a == b` with a neighbour of b, made while the test runs, in its place: of its type where that is plain."""
        if any(getattr(n, "id", getattr(n, "attr", "")) == "ANY" for s in (left, right) for n in ast.walk(s)):
            return None
        calls = [any(isinstance(n, ast.Call) for n in ast.walk(side)) for side in (left, right)]
        side = left if calls == [False, True] else right
        edit = self.source.swap(side, f"{NEIGHBOUR}({self.source.segment(side)})")
        several = self._are_several(left) or self._are_several(right)
        return Alteration(side.lineno, edits=(edit,), within=side if several else None)

    def _are_several(self, side: ast.expr) -> bool:
        """Whether a side is plainly a list, a row or a table."""
        made = isinstance(side, ast.Call) and self.sides.origins.of(side.func) in SEVERAL
        return made or isinstance(side, (ast.ListComp, ast.DictComp))

    def swapped(self, node: ast.expr, text: str) -> Alteration:
        return Alteration(node.lineno, edits=(self.source.swap(node, text),))

    def _part_of_text(self, node: ast.expr) -> bool:
        """A single character may be an element, and the other side a set of all but a few."""
        value = constant(node)
        long = isinstance(value, (str, bytes)) and len(value) > 1
        return long or isinstance(node, (ast.JoinedStr, ast.Name))

    def _bound(self, left: ast.expr, right: ast.expr, first: How, second: How) -> Iterator[Alteration]:
        for side, how in ((left, first), (right, second)):
            if type(constant(side)) in (int, float):
                yield Alteration(side.lineno, (Leaf(side, how, constant(side)),))
        small = left if second is How.LOW else right
        if isinstance(small, ast.Call) and self.sides.origins.of(small.func) == "builtins.abs" and small.args:
            yield from self._distance(small.args[0], small)

    def _distance(self, gap: ast.expr, call: ast.expr) -> Iterator[Alteration]:
        """`abs(x - 270) < 1`: 270 is an expectation as well."""
        if not (isinstance(gap, ast.BinOp) and isinstance(gap.op, ast.Sub)):
            return
        for side, other in ((gap.left, gap.right), (gap.right, gap.left)):
            if type(constant(side)) in (int, float) or isinstance(side, ast.Name):
                yield Alteration(call.lineno, (Leaf(side, How.FAR, constant(side)),), beside=other)

    def _turned(self, op: type[ast.cmpop], left: ast.expr, right: ast.expr) -> Alteration | None:
        word, opposite = WORDS[op]
        start, end = self.source.span(left)[1], self.source.span(right)[0]
        found = list(re.finditer(word, self.source.text[start:end]))
        if len(found) != 1:
            return None
        edit = Swap(start + found[0].start(), start + found[0].end(), opposite)
        return Alteration(left.lineno, edits=(edit,))

    def _denied(self, test: ast.expr) -> Alteration:
        start, end = self.source.span(test)
        return Alteration(test.lineno, edits=(Swap(start, start, "not ("), Swap(end, end, ")")))

    def _each(self, every: ast.GeneratorExp | ast.ListComp) -> Iterator[Alteration]:
        """`all(total(x) == want for x, want in ROWS)`, where there is a turn for sure: a row of a display is one, and
        a row that a name of the turn stands for. Of a constant it may be that nobody ever reads it."""
        [turns, *more] = every.generators
        if more or turns.ifs or not isinstance(every.elt, ast.Compare):
            return
        display = isinstance(turns.iter, (ast.List, ast.Tuple)) and bool(turns.iter.elts)
        rows = display and not any(isinstance(row, ast.Starred) for row in getattr(turns.iter, "elts", ()))
        bound = {node.id for node in ast.walk(turns.target) if isinstance(node, ast.Name)}
        for draft in self.compared(every.elt).drafts:
            if rows or all(isinstance(leaf.node, ast.Name) and leaf.node.id in bound for leaf in draft.leaves):
                yield draft

    def _called(self, test: ast.Call) -> Iterator[Alteration]:
        origin, given = self.sides.origins.of(test.func), test.args
        if origin in NEAR and len(given) >= 2:
            yield from self.side(given[0], given[1], near(test, 2))
            yield from self.side(given[1], given[0], near(test, 2))
        elif origin in KINDS and len(given) == 2:
            yield self.swapped(given[1], OTHER_CLASS)
        elif origin in PATTERNS and given and isinstance(constant(given[0]), (str, bytes)):
            yield from self.side(given[0], given[-1], How.FAR)
        elif origin == "builtins.hasattr" and len(given) == 2:
            yield from self.side(given[1], given[0], How.FAR)
        elif isinstance(test.func, ast.Attribute) and test.func.attr in ("startswith", "endswith") and given:
            yield from self.side(given[0], test.func.value, How.FAR)
        elif origin == "builtins.all" and len(given) == 1 and isinstance(given[0], (ast.GeneratorExp, ast.ListComp)):
            yield from self._each(given[0])
        elif isinstance(test.func, ast.Attribute) and (test.func.attr, given) == ("all", []):
            yield from self.compared(test.func.value).drafts if isinstance(test.func.value, ast.Compare) else ()
