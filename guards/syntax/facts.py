"""What a function asserts, one value an assertion."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from guards.syntax import strength
from guards.syntax.liveness import BROAD, Around, live, types
from guards.syntax.source import dotted
from guards.syntax.tolerance import Constants, tolerances

MOST = 100  # assertions of one helper that a call of it is taken for
DEPTH = 3  # how far calls of a test's own helpers are followed
OPAQUE = ("check_", "verify_", "expect_", "validate_", "assert")  # names of helpers that are defined elsewhere
RAISES = {"raises", "assertRaises", "assertRaisesRegex", "warns", "assertWarns", "assertWarnsRegex", "RaisesGroup"}

Functions = Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]


@dataclass(frozen=True)
class Fact:
    """One assertion: what it speaks of, and how strongly."""

    text: str
    subject: str
    rank: int
    line: int
    around: Around = field(default_factory=Around)
    weight: int = 1
    tolerances: tuple[tuple[str, float], ...] = ()
    raises: frozenset[str] = frozenset()
    has_match: bool = False
    demand: int = strength.EXACT  # the rank that a later version must reach

    @property
    def key(self) -> tuple[object, ...]:
        return self.text, self.tolerances, self.around.conditional, self.around.swallowed, self.rank


@dataclass(frozen=True)
class NameScope:
    """What a function's names may stand for: the helpers in reach, and numbers with a name."""

    helpers: Functions
    constants: Constants
    known: dict[tuple[str, int], tuple[Fact, ...]] = field(default_factory=dict)  # what a helper asserts, by depth

    def asserted(self, name: str, depth: int) -> tuple[Fact, ...]:
        """What a call of a helper asserts: nothing where nobody knows it, or it lies too deep."""
        helper = self.helpers.get(name) if depth < DEPTH else None
        if helper is not None and (name, depth) not in self.known:
            self.known[name, depth] = tuple(islice(facts(helper.body, self, depth + 1), MOST))
        return self.known.get((name, depth), ())


def facts(body: Sequence[ast.stmt], scope: NameScope, depth: int = 0, but: str = "") -> Iterator[Fact]:
    """Every live assertion, those of the helpers that it calls included, `but` those of one."""
    for statement, around in live(body, asserts):
        for fact in _of_statement(statement, scope, depth, but):
            yield _settled(fact, around)


def asserts(block: Sequence[ast.stmt]) -> bool:
    """Whether anything in a block looks like an assertion."""
    parts = [part for statement in block for part in ast.walk(statement)]
    return any(isinstance(p, ast.Assert) or (isinstance(p, ast.Call) and is_check(called(p))) for p in parts)


def is_check(name: str) -> bool:
    return name in RAISES or name == "fail" or name.lstrip("_").startswith(OPAQUE)


def called(node: ast.Call) -> str:
    """The last part of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)


def _settled(fact: Fact, around: Around) -> Fact:
    conditional = fact.around.conditional or (around.conditional and fact.text != "fail")
    swallowed = fact.around.swallowed or (around.swallowed and not fact.raises)
    either, times = fact.around.either or around.either, fact.around.times * around.times
    rank = strength.NOTHING if swallowed else fact.rank
    return replace(fact, around=Around(conditional, swallowed, either, times), rank=rank, demand=min(rank, fact.demand))


def _of_statement(statement: ast.stmt, scope: NameScope, depth: int, but: str) -> Iterator[Fact]:
    if isinstance(statement, ast.Assert):
        yield from _of_test(statement.test, statement.lineno, scope)
    elif isinstance(statement, ast.Raise) and "AssertionError" in ast.dump(statement):
        yield Fact("fail", "fail", strength.EXACT, statement.lineno)
    for expression in _own(statement):
        for node in ast.walk(expression):
            if isinstance(node, ast.Call):
                found = scope.asserted(called(node), depth) if called(node) != but else ()
                yield from _of_helper(node, found) if found else _of_call(node, statement, scope)


def _own(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement itself, not those of the blocks in it."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.withitem):
            yield child.context_expr


def _of_test(test: ast.expr, line: int, scope: NameScope) -> Iterator[Fact]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for value in test.values:
            yield from _of_test(value, line, scope)
        return
    wide = tuple(sorted(tolerances(test, scope.constants).items()))
    rank, subject = strength.rank(test), strength.subject(test)
    weight, least = strength.weight(test), strength.demand(test)
    yield Fact(ast.dump(test), subject, rank, line, weight=weight, tolerances=wide, demand=least)


def _of_helper(node: ast.Call, found: Sequence[Fact]) -> Iterator[Fact]:
    yield from (replace(fact, line=node.lineno, text=f"{called(node)}: {fact.text}") for fact in found)


def _of_call(node: ast.Call, statement: ast.stmt, scope: NameScope) -> Iterator[Fact]:
    name = called(node)
    if name in RAISES:
        yield _raising(node, statement)
    elif name == "fail" and dotted(node.func) in ("fail", "self.fail", "pytest.fail"):
        yield Fact("fail", "fail", strength.EXACT, node.lineno)
    elif is_check(name):
        wide = tuple(sorted(tolerances(node, scope.constants).items()))
        subject = ast.dump(node.args[0]) if node.args else ast.dump(node.func)
        rank, weight = strength.call_rank(name, node), strength.weight(node)
        yield Fact(ast.dump(node), subject, rank, node.lineno, weight=weight, tolerances=wide)


def _raising(node: ast.Call, statement: ast.stmt) -> Fact:
    caught = frozenset(types(node.args[0])) if node.args else frozenset({"Exception"})
    has_match = any(k.arg in ("match", "check") for k in node.keywords) or called(node).endswith("Regex")
    body = statement.body if isinstance(statement, ast.With | ast.AsyncWith) else []
    subject = "raises " + " ".join(ast.dump(one) for one in body or node.args[1:])
    rank = strength.TRUTH if caught & BROAD and not has_match else strength.EXACT
    return Fact(ast.dump(node), subject, rank, node.lineno, raises=caught, has_match=has_match)
