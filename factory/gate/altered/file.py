"""The questions of one test file: each function's expectations, and the ways in which each is altered."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import NamedTuple

from factory.gate.altered.calls import Calls
from factory.gate.altered.dice import Dice
from factory.gate.altered.executed import surely
from factory.gate.altered.functions import functions, lacking, tries_many
from factory.gate.altered.names import Function, Module, Names
from factory.gate.altered.nouns import Group, How, Swap, told
from factory.gate.altered.precedence import Asked, Precedence
from factory.gate.altered.questions import NEIGHBOUR, WITHIN, Alteration, Question, Questions
from factory.gate.altered.sides import ExpectedSides, Leaf, Origins, constant
from factory.gate.altered.source import SourceText
from factory.gate.altered.values import Taken, another, plain

MANY = 1000  # literals of a side: then the whole side is another
EACH = (How.SAME, How.NEAR, How.DIGITS, How.YEAR, How.DAY, How.HOUR)  # of several, each one by itself must be right
Way = tuple[str, tuple[Swap, ...]]  # in words, and as edits
LARGE = 1 << 16  # places are counted round and round, so that any number is one
VALUES = 12  # of one side that are asked for, each in a round of its own
UNFIT = (ValueError, RecursionError, MemoryError)  # of a source that this Python cannot read, or not write again


class Stated(NamedTuple):
    """The literals of one side of an expectation: a cell for each case (`turns`: one case meets all of them)."""

    cells: list[list[Leaf]]
    sides: list[ast.expr]
    module: frozenset[str] = frozenset()
    turns: bool = False

    def alone(self) -> Iterator[tuple[list[list[Leaf]], list[ast.expr]]]:
        """Each cell by itself, with its side."""
        for at, cell in enumerate(self.cells):
            yield [cell], self.sides[at : at + 1]


class File:
    """The questions of one test file, and the groups of values that each of its functions can be asked with."""

    def __init__(self, path: str, source: SourceText, digest: str, waiting: Collection[int] = ()) -> None:
        self.path, self.source, self._digest, self._waiting = path, source, digest, waiting
        self.functions = functions(self.source.tree)
        self._sides = ExpectedSides(Origins(self.source.tree))
        self._module = Module(self.source.tree)
        methods = (n.name for n in ast.walk(self.source.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
        self._own = frozenset(methods)
        self._asked = frozenset(self._asked_names())
        self._open = set[str]()  # helpers that are being read: they may call each other
        self._order = Precedence(source.tree, waiting)

    def groups(self, name: str) -> list[Group]:
        """Those of one function, in the order in which they are asked: what main's product failed at in every way, then
        what it did not come to, then the rest; of each the literals before what else there is."""
        found = self.functions.get(name)
        if found is None:
            return []
        names = Names(self._module, found.node, found.above, self._asked)
        calls = self._calls(found.node)
        sure = list(surely(found.node.body, names.full, calls.swallows))
        dice = Dice(self._digest, self.path, found.node.lineno)
        first: list[Asked] = []
        last: list[Asked] = []
        for statement, question in ((s, q) for s in sure for q in _questions(calls, s)):
            literal = [ways for draft in question.drafts for ways in self._ways(draft, names, sure)]
            first += [(statement.lineno, ways) for ways in literal]
            if not literal and question.last:
                last += [(statement.lineno, ways) for ways in self._ways(question.last, names, sure)]
        asked = [*dice.shuffled(first), *dice.shuffled(last)]
        for call, helper in ((c, c.func.id) for c in _called(sure) if isinstance(c.func, ast.Name)):
            if helper != name and helper in self.functions:
                given = (ways for draft in self._passed(call, helper) for ways in self._ways(draft, names, sure))
                asked += [(call.lineno, ways) for ways in given]
                asked.append((call.lineno, self._of_helper(helper)))
        asked += ((ways[0].line, ways) for ways in self._where_main_failed(found.node, sure, names, calls))
        return self._order.of(found.node, [(line, ways) for line, ways in asked if ways])

    def _where_main_failed(
        self, function: Function, sure: list[ast.stmt], names: Names, calls: Calls
    ) -> Iterator[list[Group]]:
        """Assertions that need not run, in a loop or behind a condition, and that did so on main's product: red.

        In a context that waits for an exception none is meant to be reached.
        """
        passed = {id(inner) for n in ast.walk(function) if _ends_exceptions(n, calls) for inner in ast.walk(n)}
        passed |= set(map(id, sure))
        for statement in (
            n for n in ast.walk(function) if isinstance(n, (ast.Assert, ast.Expr)) and id(n) not in passed
        ):
            lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
            if any(line in lines for line in self._waiting):
                for question in _questions(calls, statement):
                    drafts = [*question.drafts, *([question.last] if question.last else [])]
                    found = (ways for draft in drafts for ways in self._ways(draft, names, sure))
                    if ways := [way for each in found for way in each][:2]:
                        yield [way._replace(sure=False) for way in ways]

    def _passed(self, call: ast.Call, helper: str) -> Iterator[Alteration]:
        """What a call hands to a helper that holds something against it."""
        node = self.functions[helper].node
        names = [a.arg for a in node.args.args]
        given = [*zip(names, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]
        for name, value in given:
            loads = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]
            if loads and all(id(load) in self._asked for load in loads) and not isinstance(value, ast.Starred):
                yield Alteration(value.lineno, tuple(self._sides.leaves(value, How.SAME)), side=value)

    def _of_helper(self, name: str) -> list[Group]:
        """What a function of the file asserts for all that call it: they are asked by it together, or not at all."""
        found = self.functions[name]
        if name in self._open or found.above:
            return []
        self._open.add(name)
        ways = [way._replace(names=way.names | {name}) for way in self.groups(name)]
        self._open.discard(name)
        return ways

    def uses(self, name: str) -> set[str]:
        """The names that a function reads, and is called with."""
        found = self.functions[name]
        parts = (found.node, *(d for c in found.above for d in c.decorator_list))
        read = {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
        return read | {a.arg for a in ast.walk(found.node.args) if isinstance(a, ast.arg)}

    @property
    def asked(self) -> frozenset[int]:
        """The ids of the name nodes that stand as an expectation, in the whole file."""
        return self._asked

    def _calls(self, function: Function) -> Calls:
        return Calls(Questions(self.source, self._sides, tries_many(function), lacking(function)), self._own)

    def _asked_names(self) -> Iterator[int]:
        """The name nodes that stand as an expectation, or in the message of an assertion."""
        for node in ast.walk(self.source.tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            calls = self._calls(node)
            for statement in (n for n in ast.walk(node) if isinstance(n, (ast.Assert, ast.Expr))):
                leaves = (x for q in _questions(calls, statement) for d in q.drafts for x in d.leaves)
                yield from (id(leaf.node) for leaf in leaves if leaf.is_name)
                if isinstance(statement, ast.Assert) and statement.msg:
                    yield from (id(n) for n in ast.walk(statement.msg))

    def _ways(self, draft: Alteration, names: Names, sure: list[ast.stmt]) -> Iterator[list[Group]]:
        """The ways in which one side of an expectation is altered, a round each; of the rows of a loop each by itself,
        for the first that is red hides the others."""
        if draft.edits:
            old = self.source.text[draft.edits[0].start : draft.edits[-1].end]
            whole = Group(draft.line, _said(old, draft.edits), draft.edits, literal=False, unmet=True)
            yield [whole, *(self._of_one(draft.within, draft.line) if draft.within else ())]
            return
        stated = Stated([[leaf for leaf in draft.leaves if not leaf.is_name]], [draft.side] if draft.side else [])
        if not stated.cells[0]:
            stated = self._named(draft, names, sure)
        if not stated.cells or not stated.cells[0] or sum(map(len, stated.cells)) > MANY:
            return
        for cells, sides in stated.alone() if stated.turns else [(stated.cells, stated.sides)]:
            at = cells[0][0].node
            dice = Dice(self._digest, self.path, at.lineno, at.col_offset)  # the same for all functions that read it
            tried = ((way, unmet) for way, unmet in self._values(cells, sides, dice) if way)
            yield [Group(draft.line, said, edits, stated.module, unmet=unmet) for (said, edits), unmet in tried]

    def _of_one(self, side: ast.expr, line: int) -> Iterator[Group]:
        """Of several values one at a time. How many there are shows when it runs."""
        first = Dice(self._digest, self.path, side.lineno, side.col_offset).below(LARGE)
        text = self.source.segment(side)
        for at in range(first, first + VALUES):
            edit = self.source.swap(side, f"{WITHIN}({text}, {NEIGHBOUR}, {at})")
            yield Group(line, told(text, "one of its values a neighbour"), (edit,), literal=False, unmet=True)

    def _named(self, draft: Alteration, names: Names, sure: list[ast.stmt]) -> Stated:
        """The literals behind the first name that stands for some in every case."""
        beside = {n.id for n in ast.walk(draft.beside) if isinstance(n, ast.Name)} if draft.beside else set()
        for leaf in draft.leaves:
            if not isinstance(leaf.node, ast.Name) or leaf.node.id in beside:
                continue
            meaning = names.meaning(leaf.node, sure)
            cells = [list(self._sides.leaves(v, leaf.how)) for v in meaning.values] if meaning else []
            cells = [[x for x in cell if not x.is_name] for cell in cells]
            if meaning and cells and all(cells):
                sides = list(meaning.values) if leaf.node is draft.side else []
                return Stated(cells, sides, meaning.module, meaning.turns)
        return Stated([], [])

    def _values(self, cells: list[list[Leaf]], sides: list[ast.expr], dice: Dice) -> Iterator[tuple[Way | None, bool]]:
        """Of each case one value, where each counts by itself, one that is hardly changed, and two in each other's
        place; then the other values. With each way, whether it asks for a value that was not asked for before."""
        leaves = [leaf for cell in cells for leaf in cell]
        if any(leaf.joint or leaf.how not in EACH for leaf in leaves):
            yield self._written([leaf for leaf in leaves if not leaf.key], leaves, dice), True
            yield self._turned(sides, dice), False
            return
        orders = [dice.shuffled(cell) for cell in cells]
        for turn in range(min(max(map(len, orders)), VALUES)):
            yield self._written([order[turn % len(order)] for order in orders], leaves, dice), True
            if turn == 0 and all(order[-1].how is How.SAME for order in orders):
                yield self._written([order[-1]._replace(how=How.LIKE) for order in orders], leaves, dice), False
            if turn == 0:
                yield self._turned(sides, dice), False

    def _written(self, chosen: list[Leaf], beside: list[Leaf], dice: Dice) -> Way | None:
        """Another value for each of the chosen leaves, and none that is there already."""
        taken: Taken = {plain(leaf.value) for leaf in beside if not isinstance(leaf.value, bool)}
        edits = []
        for leaf in chosen:
            old = self.source.segment(leaf.node)
            if isinstance(leaf.node, ast.JoinedStr):
                new: str | None = f"({old} + {dice.word()!r})" if leaf.how in (How.SAME, How.FAR) else None
            else:
                new = another(leaf.value, old, leaf.how, dice, taken)
            if new is None:
                return None
            edits.append(self.source.swap(leaf.node, new))
        said = told(self.source.segment(chosen[0].node), edits[0].text, len(edits) - 1)
        return said, tuple(edits)

    def _turned(self, sides: list[ast.expr], dice: Dice) -> Way | None:
        """Two values of a row in each other's place."""
        edits: list[Swap] = []
        said = ""
        for side in sides:
            rows = [row for row in self._sides.rows(side) if len({repr(plain(constant(e))) for e in row}) > 1]
            if not rows:
                return None
            row = dice.shuffled(dice.pick(rows))
            one, other = row[0], next(e for e in row if plain(constant(e)) != plain(constant(row[0])))
            texts = self.source.segment(one), self.source.segment(other)
            edits += [self.source.swap(one, texts[1]), self.source.swap(other, texts[0])]
            said = said or f"{texts[0]} and {texts[1]} in each other's place"
        return (said, tuple(edits)) if edits else None


def _said(old: str, edits: tuple[Swap, ...]) -> str:
    """`object()` and other words are told as they are; what is put around an expression, with it."""
    if edits[0].text.lstrip("(").startswith("lambda v: not v"):
        return told(old, "a neighbour of it")
    if len(edits) == 2:
        return told(old, f"{edits[0].text}{old}{edits[1].text}")
    return told(old, edits[0].text)


def _called(sure: list[ast.stmt]) -> Iterator[ast.Call]:
    """The calls that surely run, and of which nothing is wanted."""
    for statement in sure:
        value = statement.value if isinstance(statement, ast.Expr) else None
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            yield value


def _ends_exceptions(node: ast.AST, calls: Calls) -> bool:
    contexts = [item.context_expr for item in node.items] if isinstance(node, (ast.With, ast.AsyncWith)) else []
    return any(map(calls.swallows, contexts))


def _questions(calls: Calls, statement: ast.AST) -> Iterator[Question]:
    if isinstance(statement, ast.Assert):
        yield from calls.ask.truth(statement.test)
    elif isinstance(statement, ast.Expr):
        value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if isinstance(value, ast.Call):
            yield from calls.stated(value)
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            yield from calls.raising(item.context_expr)
