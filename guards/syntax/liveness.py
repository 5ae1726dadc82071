"""The statements of a function that can run, and under what circumstances they do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from guards.syntax.source import dotted

BROAD = {"AssertionError", "Exception", "BaseException"}
SKIPS = {"skip", "skipTest", "xfail", "importorskip"}


@dataclass(frozen=True)
class Around:
    """What surrounds a statement."""

    conditional: bool = False  # it runs only where something holds
    swallowed: bool = False  # its failure would be caught
    either: bool = False  # it is the lesser branch of an if that asserts in both: never more than one of them runs
    times: int = 1  # how often it runs, where a loop over written-out values says so


def live(
    body: Sequence[ast.stmt], checks: Callable[[Sequence[ast.stmt]], bool], around: Around | None = None
) -> Iterator[tuple[ast.stmt, Around]]:
    """Every statement that is not plainly dead, outer ones first. `checks` says whether a block asserts anything."""
    here = around or Around()
    for statement in body:
        yield statement, here
        for block, inside in _blocks(statement, checks, here):
            yield from live(block, checks, inside)
        if leaves(statement):
            return
        if isinstance(statement, ast.If) and _turns_away(statement):
            here = replace(here, conditional=True)


def leaves(statement: ast.stmt) -> bool:
    """Whether what follows in the block can never run."""
    if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return True
    if isinstance(statement, ast.If):
        return constant_truth(statement.test) is True and any(leaves(s) for s in statement.body)
    return is_skip(statement)


def is_skip(statement: ast.stmt) -> bool:
    """`pytest.skip(…)`, `self.skipTest(…)` as a statement."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    start, _, name = dotted(statement.value.func).rpartition(".")
    return name in SKIPS - {"importorskip"} and start in ("", "pytest", "self", "unittest")


def constant_truth(node: ast.expr) -> bool | None:
    """Whether a condition always holds or never does; None where it depends on something."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = constant_truth(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if dotted(node).rpartition(".")[2] == "TYPE_CHECKING":
        return False
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts) if not any(isinstance(e, ast.Starred) for e in node.elts) else None
    return None


def _turns_away(node: ast.If) -> bool:
    """`if …: return`, `continue` or skip: what follows runs only otherwise. Raising turns nobody away silently."""
    last = node.body[-1]
    return isinstance(last, ast.Return | ast.Continue | ast.Break) or is_skip(last)


Blocks = Iterator[tuple[Sequence[ast.stmt], Around]]


def _blocks(statement: ast.stmt, checks: Callable[[Sequence[ast.stmt]], bool], here: Around) -> Blocks:
    maybe = replace(here, conditional=True)
    match statement:
        case ast.If():
            yield from _branches(statement, checks, here)
        case ast.For() | ast.AsyncFor():
            times = _length(statement.iter)
            if times != 0:
                yield statement.body, replace(here, times=here.times * (times or 1))
            yield statement.orelse, here
        case ast.While():
            if constant_truth(statement.test) is not False:
                yield statement.body, here
        case ast.With() | ast.AsyncWith():
            yield statement.body, replace(here, swallowed=here.swallowed or any(map(_suppresses, statement.items)))
        case ast.Try() | ast.TryStar():
            yield statement.body, replace(here, swallowed=here.swallowed or any(map(_swallows, statement.handlers)))
            for handler in statement.handlers:
                yield handler.body, maybe
            yield statement.orelse, here
            yield statement.finalbody, here
        case ast.Match():
            for one in statement.cases:
                yield one.body, maybe
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.body, here


def _branches(node: ast.If, checks: Callable[[Sequence[ast.stmt]], bool], here: Around) -> Blocks:
    truth = constant_truth(node.test)
    both = truth is None and checks(node.body) and checks(node.orelse)
    inside = here if truth is not None or both else replace(here, conditional=True)
    lesser = node.orelse if both and len(node.orelse) < len(node.body) else node.body
    for block, is_dead in ((node.body, truth is False), (node.orelse, truth is True)):
        if not is_dead:
            yield block, replace(inside, either=True) if both and block is lesser else inside


def _length(node: ast.expr) -> int | None:
    is_plain = isinstance(node, ast.Tuple | ast.List) and not any(isinstance(e, ast.Starred) for e in node.elts)
    return len(node.elts) if is_plain else None  # type: ignore[attr-defined]


def _swallows(handler: ast.ExceptHandler) -> bool:
    """A handler that would catch a failed assertion and not pass it on."""
    caught = {""} if handler.type is None else types(handler.type)
    if not caught & (BROAD | {""}):
        return False
    for node in ast.walk(handler):
        if isinstance(node, ast.Raise):
            return False
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in ("fail", "exit"):
            return False
    return True


def _suppresses(item: ast.withitem) -> bool:
    if not isinstance(item.context_expr, ast.Call):
        return False
    name = dotted(item.context_expr.func).rpartition(".")[2]
    caught = {one for arg in item.context_expr.args for one in types(arg)}
    return name in ("suppress", "raises", "assertRaises") and bool(caught & BROAD)


def types(node: ast.expr) -> set[str]:
    """The names of an exception type, or of a tuple of them."""
    if isinstance(node, ast.Tuple):
        return {dotted(one).rpartition(".")[2] for one in node.elts}
    return {dotted(node).rpartition(".")[2]}
