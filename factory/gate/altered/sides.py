"""The values that one side of an expectation is made of: those that surely change what the side is worth.

A call that only builds a value is seen through, all others are the product's.
"""

from __future__ import annotations

import ast
import builtins
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from factory.gate.altered.nouns import How
from factory.plain import words


class Leaf(NamedTuple):
    """A literal, a formatted string, or a name that may stand for literals elsewhere."""

    node: ast.expr
    how: How
    value: object = None
    joint: bool = False  # it may say nothing by itself: one of those of which the greatest counts
    key: bool = False  # of a dictionary

    @property
    def is_name(self) -> bool:
        return isinstance(self.node, ast.Name)


NOTHING = object()
SUMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
}
# Calls whose value follows from their arguments; of some only the first one, of some only a part of its digits.
ALL = words("""
    builtins.list builtins.tuple builtins.dict builtins.bytearray builtins.max builtins.min collections.OrderedDict
    collections.deque types.SimpleNamespace datetime.timedelta pathlib.Path pathlib.PurePath pathlib.PurePosixPath
    pathlib.PureWindowsPath pathlib.PosixPath
""")
FAR = words("""
    builtins.sorted builtins.set builtins.frozenset collections.Counter pytest.approx builtins.sum math.fsum math.prod
    statistics.mean statistics.fmean statistics.median
""")
PLAIN = words("""
    numpy.array numpy.asarray builtins.bytes builtins.str textwrap.dedent inspect.cleandoc copy.copy copy.deepcopy
    math.sqrt json.dumps builtins.repr
""")
FIRST: dict[str, How | None] = {
    **dict.fromkeys(FAR, How.FAR),
    **dict.fromkeys(PLAIN),
    **dict.fromkeys(words("builtins.int builtins.float decimal.Decimal fractions.Fraction uuid.UUID"), How.DIGITS),
    **dict.fromkeys(("datetime.date", "datetime.datetime"), How.YEAR),
    "datetime.time": How.HOUR,
}
KEEPS = {"strip", "lstrip", "rstrip", "encode", "splitlines", "split", "lower", "upper", "copy"}  # methods of a literal


def constant(node: ast.expr) -> object:
    """The value of a literal, also a negative one and a sum of numbers; NOTHING for all else."""
    if isinstance(node, ast.Constant):
        return node.value if node.value is not ... else NOTHING
    number = _number(node)
    return NOTHING if number is None else number


def _number(node: ast.expr) -> int | float | None:
    if isinstance(node, ast.Constant):
        value = node.value
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        operand = _number(node.operand)
        return operand if operand is None or isinstance(node.op, ast.UAdd) else -operand
    if not isinstance(node, ast.BinOp) or type(node.op) not in SUMS:
        return None
    left, right = _number(node.left), _number(node.right)
    if left is None or right is None or (isinstance(node.op, (ast.Pow, ast.LShift)) and not 0 <= right < 100):
        return None
    try:
        found = SUMS[type(node.op)](left, right)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return found if isinstance(found, (int, float)) and abs(found) < 10**300 else None


class ExpectedSides:
    """Reads the sides of one file's expectations. `anywhere`: also factors count (many inputs are tried)."""

    def __init__(self, origins: Origins) -> None:
        self.origins = origins

    def leaves(self, node: ast.expr, how: How, anywhere: bool = False) -> Iterator[Leaf]:
        value = constant(node)
        if value is not NOTHING:
            yield Leaf(node, how, value)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                yield from self.leaves(element.value if isinstance(element, ast.Starred) else element, how, anywhere)
        elif isinstance(node, ast.Set):
            found = [leaf for element in node.elts for leaf in self.leaves(element, how, anywhere)]
            yield from (leaf for leaf in found if not isinstance(leaf.value, bool))  # {True, False} is {False, True}
        elif isinstance(node, ast.Dict):
            found = [leaf for value in node.values for leaf in self.leaves(value, how, anywhere)]
            keys = [key for key in node.keys if key is not None]
            names = [leaf._replace(key=bool(found)) for key in keys for leaf in self.leaves(key, how, anywhere)]
            yield from (*found, *names)
        elif isinstance(node, ast.BinOp):
            yield from self._sum(node, how, anywhere)
        elif isinstance(node, ast.Call):
            yield from self._call(node, how, anywhere)
        elif isinstance(node, (ast.JoinedStr, ast.Name)):
            yield Leaf(node, how)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and _fixed(node.slice):
            yield Leaf(node.value, how)

    def rows(self, node: ast.expr) -> Iterator[list[ast.expr]]:
        """The literals of each display in which their order counts."""
        if isinstance(node, (ast.Tuple, ast.List)):
            yield [element for element in node.elts if constant(element) is not NOTHING]
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = node.values
        else:
            plain = isinstance(node, ast.Call) and self.origins.of(node.func) in ("builtins.list", "builtins.tuple")
            parts = node.args if plain and isinstance(node, ast.Call) else []
        for part in parts:
            yield from self.rows(part)

    def _sum(self, node: ast.BinOp, how: How, anywhere: bool) -> Iterator[Leaf]:
        if anywhere or isinstance(node.op, (ast.Add, ast.Sub)):
            yield from self.leaves(node.left, how, anywhere)
            yield from self.leaves(node.right, how, anywhere)
        elif isinstance(node.op, ast.Mult):  # "-" * 3: the text, never how often
            for one, other in ((node.left, node.right), (node.right, node.left)):
                times = constant(other)
                row = isinstance(one, ast.List) or isinstance(constant(one), (str, bytes))
                if row and isinstance(times, int) and times > 0:
                    yield from self.leaves(one, how)

    def _call(self, node: ast.Call, how: How, anywhere: bool) -> Iterator[Leaf]:
        origin = self.origins.of(node.func)
        if origin in ALL:
            joint = origin in ("builtins.max", "builtins.min")
            for argument in (*node.args, *(k.value for k in node.keywords)):
                yield from (leaf._replace(joint=joint) for leaf in self.leaves(argument, how, anywhere))
        elif origin in FIRST and node.args:
            yield from self._first(node, FIRST[origin], how, origin)
        elif origin == "builtins.range" and [type(constant(a)) for a in node.args] == [int]:
            yield from self.leaves(node.args[0], How.SAME)
        elif isinstance(node.func, ast.Attribute):
            yield from self._method(node, node.func, how)

    def _first(self, node: ast.Call, needs: How | None, how: How, origin: str) -> Iterator[Leaf]:
        if origin == "pytest.approx":
            needs = near(node)
        found = list(self.leaves(node.args[0], needs or how))
        if needs in (How.YEAR, How.HOUR):
            found = [leaf for leaf in found if type(leaf.value) is int and leaf.node is node.args[0]]
            if found and needs is How.YEAR:
                found += _days(node.args[1:3])
        elif needs is How.DIGITS:
            number = [leaf._replace(how=How.SAME) for leaf in found if type(leaf.value) in (int, float)]
            found = number or [leaf for leaf in found if _plain(leaf.value, origin) and len(node.args) == 1]
        yield from found

    def _method(self, node: ast.Call, func: ast.Attribute, how: How) -> Iterator[Leaf]:
        receiver = func.value
        if func.attr == "join" and isinstance(constant(receiver), (str, bytes)) and len(node.args) == 1:
            if isinstance(node.args[0], (ast.List, ast.Tuple)):
                yield from self.leaves(node.args[0], how)
        elif func.attr in KEEPS and not any(_wordy(constant(a)) for a in node.args if func.attr != "encode"):
            yield from (leaf for leaf in self.leaves(receiver, how) if not leaf.is_name or func.attr == "copy")


def _days(month_and_day: list[ast.expr]) -> Iterator[Leaf]:
    """Those of a date that may be another: a month, where each month has the day."""
    found = [Leaf(node, How.DAY, constant(node)) for node in month_and_day]
    whole = [leaf for leaf in found if type(leaf.value) is int]
    early = len(whole) == 2 and isinstance(whole[1].value, int) and whole[1].value <= 28
    return iter(whole if early else whole[1:])


def near(call: ast.Call, usual: int = 1) -> How:
    """How to alter what a call compares: it may name its tolerance, beside the `usual` arguments."""
    return How.NEAR if len(call.args) == usual and not call.keywords else How.FAR


def _plain(value: object, origin: str) -> bool:
    """Text that stays a number (or an id) when its digits change."""
    if not isinstance(value, (str, bytes)) or origin == "fractions.Fraction":
        return False
    text = value if isinstance(value, str) else value.decode("latin-1")
    return origin == "uuid.UUID" or bool(re.fullmatch(r"\s*[-+]?\d+(\.\d*)?\s*", text))


def _wordy(value: object) -> bool:
    return value is NOTHING or (isinstance(value, (str, bytes)) and value.isalnum())


def _fixed(node: ast.expr) -> bool:
    return not any(isinstance(n, ast.Call) for n in ast.walk(node))


class Origins:
    """From a name in the file to where it comes from: "decimal.Decimal", "builtins.list"; "" where nobody knows."""

    def __init__(self, tree: ast.Module) -> None:
        self._imported: dict[str, str] = {}
        self._bound: set[str] = set()
        for node in ast.walk(tree):
            self._learn(node)

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._import(alias.asname or alias.name.split(".")[0], alias.name if alias.asname else "")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                origin = "" if node.level else f"{node.module}.{alias.name}"
                self._import(alias.asname or alias.name, origin)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._bound.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._bound.add(node.id)
        elif isinstance(node, ast.arg):
            self._bound.add(node.arg)

    def _import(self, name: str, origin: str) -> None:
        origin = origin or name
        known = self._imported.setdefault(name, origin)
        if known != origin:
            self._bound.add(name)  # one of two: nobody knows which

    def of(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            above = self.of(node.value)
            return f"{above}.{node.attr}" if above else ""
        if not isinstance(node, ast.Name) or node.id in self._bound:
            return ""
        if node.id in self._imported:
            return self._imported[node.id]
        return f"builtins.{node.id}" if hasattr(builtins, node.id) else ""
