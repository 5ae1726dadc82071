"""The sentences that the factory's sources hold, read from their syntax trees: what a reason can be made of.

A template is a text with `{}` where something varies. An f-string, `%s`, `str.format` and `+` make one; a conditional
within makes one for each of its sides; a name stands for the texts that its function or its module gives it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from factory.plain import words

ROOT = Path(__file__).parents[2]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def errors(root: str) -> set[str]:
    """The name of an error and of all that is made of it, wherever it stands."""
    classes = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for path in (ROOT / "factory").rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]
    found = {root}
    while more := {name for name, bases in classes if bases & found} - found:
        found |= more
    return found


def constants() -> dict[str, str]:
    """The texts that modules lend to each other under a name of capitals."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "factory").rglob("*.py"):
        for node in parsed(path).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                for name in node.targets:
                    if isinstance(name, ast.Name) and name.id.isupper():
                        found.setdefault(name.id, set()).add(node.value.value)
    return {name: min(texts) for name, texts in found.items() if len(texts) == 1}


MOST = 24  # sides of the conditionals in one text
WORD = re.compile(r"[A-Za-z]{2,}")
# Regular expressions, code, settings and pages: no sentence about what happened.
NO_SENTENCE = re.compile(
    r"\n(?!\Z)|\\[sSwdb]|\(\?|^[#<|-]|\*\*/|^[\w.]+\(|\$@|^\[(?:Nn|binary|\.\.\.|\{)"
    r"|^(?:(?:npm|uv tool) install|git (?:branch|fetch|apply|show) |python\S* -|factory (?:log|gate) )|: (?:string|integer); "
)
PLACE = re.compile(r"(?:[\w.{}]+: )+\{\}")  # where something is, and nothing of what
NAMES = re.compile(r"(?:[\w.-]+ )+[\w.-]+")  # a table of names: one of them is no word, and none holds a sentence
NO_WORD = re.compile(r"\w[._]\w|_\b|[a-z][A-Z]")
HOLDS = re.compile(r"\b(?:the|a|an|another|is|was|not|no|of|to|it|its|other)\b")
UNTOLD_CALLS = frozenset(
    words("""
    compile Field words split search match fullmatch sub execute executemany findall getLogger startswith endswith
    removeprefix partition index count many option Option Argument warn strftime Command
    """)
)
CONSTANTS = constants()
REASONS = {"Finding", "found", "refused", *errors("FactoryError")}
STOPS = errors("Stopped")
GAP = re.compile(r"%[sdrg]|\{\w*(?:![rs])?(?::[^{}]*)?\}")


class Template(NamedTuple):
    at: str  # file:line
    text: str


class Module:
    """One file: the texts of its names, and its sentences."""

    def __init__(self, path: Path) -> None:
        self.read(path.relative_to(ROOT).as_posix(), parsed(path))

    def read(self, at: str, tree: ast.Module) -> None:
        self.at, self.tree = at, tree
        self.names = _assigned(self.tree.body)
        every = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        self.functions = {node.name: node for node in every if not _yields(node)}
        self.spent: set[int] = set()  # constants that stand in a longer text

    def templates(self, *, parts: bool = False, stops: bool = False) -> Iterator[Template]:
        """`parts`: also what was told within a longer text, and what has one word. `stops`: only what ends a run."""
        found = list(self._walk(self.tree, {}))
        reasons = self._within(STOPS if stops else REASONS)
        for node, texts in found:
            if (parts or id(node) not in self.spent) and (not stops or id(node) in reasons):
                for text in texts:
                    if is_sentence(text, 1 if parts or id(node) in reasons else 2):
                        yield Template(f"{self.at}:{node.lineno}", text)

    def _within(self, calls: Collection[str]) -> set[int]:
        """What stands in such a call: there, one word makes a reason."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and _called(node) in calls]
        return {id(one) for node in found for one in ast.walk(node)}

    def _walk(self, node: ast.AST, local: dict[str, list[ast.expr]]) -> Iterator[tuple[ast.expr, list[str]]]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            local = _assigned(list(_statements(node)))
        for child in ast.iter_child_nodes(node):
            if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
                continue  # a piece of it
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.Call) and _called(child) in UNTOLD_CALLS:
                continue
            if isinstance(child, (ast.Constant, ast.JoinedStr)) or _is_sum(child):
                assert isinstance(child, ast.expr)
                if (texts := self._texts(child, local, set())) is not None:
                    yield child, [tidy(text) for text in texts]
            yield from self._walk(child, local)

    def _texts(self, node: ast.expr, local: dict[str, list[ast.expr]], seen: set[str]) -> list[str] | None:
        """Every text that the expression may be, `{}` for what is not told by the source; None where it is no text."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return self._joined([v.value if isinstance(v, ast.FormattedValue) else v for v in node.values], local, seen)
        if _is_sum(node):
            return self._joined([node.left, node.right], local, seen)  # type: ignore[attr-defined]
        if isinstance(node, ast.IfExp):
            return [text for side in (node.body, node.orelse) for text in self._part(side, local, seen)]
        if isinstance(node, ast.Name) and node.id not in seen:
            given = local.get(node.id) or self.names.get(node.id) or []
            sides = [self._texts(one, local, seen | {node.id}) for one in given]
            if sides and all(side is not None for side in sides):
                for one in given:
                    self._spend(one)
                return [text for side in sides for text in side or ()]
        if (name := getattr(node, "id", "") or getattr(node, "attr", "")) in CONSTANTS:
            return [CONSTANTS[name]]
        if isinstance(node, ast.Call) and (function := self.functions.get(_called(node))) and function.name not in seen:
            return self._returned(function, seen | {function.name})
        return None

    def _returned(self, function: ast.FunctionDef, seen: set[str]) -> list[str] | None:
        local = _assigned(list(_statements(function)))
        given = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
        sides = [self._texts(one, local, seen) for one in given]
        if not any(sides):
            return None
        for one, side in zip(given, sides, strict=True):
            if side is not None:
                self._spend(one)
        return [text for side in sides for text in (side if side is not None else ["{}"])]

    def _joined(self, parts: list[ast.expr], local: dict[str, list[ast.expr]], seen: set[str]) -> list[str]:
        before = set(self.spent)
        sides = [self._part(part, local, seen) for part in parts]
        texts = ["".join(side) for side, _ in zip(product(*sides), range(MOST), strict=False)]
        if not any(is_sentence(tidy(text)) for text in texts):
            self.spent = before  # a page or a command: its sentences stand for themselves
        return texts

    def _part(self, node: ast.expr, local: dict[str, list[ast.expr]], seen: set[str]) -> list[str]:
        texts = self._texts(node, local, seen)
        if texts is None:
            return ["{}"]
        self._spend(node)
        return texts

    def _spend(self, node: ast.expr) -> None:
        """Its texts were told within a longer one."""
        if isinstance(node, ast.IfExp):
            self._spend(node.body)
            self._spend(node.orelse)
        self.spent.add(id(node))


def _yields(node: ast.FunctionDef) -> bool:
    return any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in ast.walk(node))


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.walk(node):
        if isinstance(child, ast.stmt):
            yield child


def _assigned(statements: list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """Name -> what is assigned to it; a name that anything else binds, or adds to, has no texts."""
    found: dict[str, list[ast.expr]] = {}
    unsure = {name for one in statements for name in _bound_otherwise(one)}
    for one in statements:
        if isinstance(one, ast.Assign) and len(one.targets) == 1:
            target, value = one.targets[0], one.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                pairs = list(zip(target.elts, value.elts, strict=True))
            for name, its in pairs:
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, []).append(its)
    return {name: given for name, given in found.items() if name not in unsure}


def _bound_otherwise(one: ast.stmt) -> Iterator[str]:
    if isinstance(one, ast.AugAssign | ast.For):
        yield from (node.id for node in ast.walk(one.target) if isinstance(node, ast.Name))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_sum(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    )


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) or _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def tidy(text: str) -> str:
    """One spelling of a gap, and gaps side by side are one."""
    text = GAP.sub("{}", text.replace("{{", "{").replace("}}", "}"))
    return re.sub(r"(?:\{\})+", "{}", text).strip().rstrip("\n")


def is_sentence(text: str, least: int = 2) -> bool:
    bare = re.sub(r"`[^`]*`|\{\}", " ", text)
    names = NAMES.fullmatch(text) and NO_WORD.search(text) and not HOLDS.search(text)
    if names or NO_SENTENCE.search(text) or PLACE.fullmatch(text):
        return False
    return len(WORD.findall(bare)) >= least and " " in text
