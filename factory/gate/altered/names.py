"""Expectations that stand elsewhere under a name: a constant of the file or the function, a column of parameters."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from factory.gate.altered.executed import own

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Meaning(NamedTuple):
    """What a name stands for, and which names of the module would be altered with it.

    `turns`: one case meets all of the values, one after the other; else each is a case's own.
    """

    values: tuple[ast.expr, ...]
    module: frozenset[str] = frozenset()
    turns: bool = False


class Module:
    """The constants of a file: names that are bound once, at its top."""

    def __init__(self, tree: ast.Module) -> None:
        self.loads: dict[str, list[ast.Name]] = defaultdict(list)
        stores: dict[str, int] = defaultdict(int)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self.loads[node.id].append(node)
            elif isinstance(node, ast.Name):
                stores[node.id] += 1
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                stores.update((name, 2) for name in node.names)
            elif isinstance(node, ast.arg):
                stores[node.arg] += 1
        self._constants = {str(n): v for s in tree.body for n, v in _assigned(s) if stores[str(n)] == 1}

        self._fixtures = {d.name: d for d in tree.body if isinstance(d, ast.FunctionDef) and _is_fixture(d)}

    def constant(self, name: str) -> ast.expr | None:
        return self._constants.get(name)

    def fixture(self, name: str) -> Meaning | None:
        """What a fixture of the file gives, where that is all that it does."""
        found = self._fixtures.get(name)
        body = (
            [s for s in found.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            if found
            else []
        )
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            return Meaning((body[0].value,), frozenset({name}))
        return None


class Names:
    """The names of one function. `asked`: ids of the name nodes that stand as an expectation, in the whole file."""

    def __init__(
        self, module: Module, function: Function, above: Collection[ast.ClassDef], asked: Collection[int]
    ) -> None:
        self._module, self._asked = module, asked
        decorators = [d for node in (function, *above) for d in node.decorator_list]
        self._columns = dict(pair for d in decorators for pair in _parameters(d))
        self._arguments = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
        self._loads: dict[str, list[ast.Name]] = defaultdict(list)
        self._stores: dict[str, list[ast.Name]] = defaultdict(list)
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                (self._loads if isinstance(node.ctx, ast.Load) else self._stores)[node.id].append(node)
        bound = [pair for n in own(function) if isinstance(n, ast.stmt) for pair in _assigned(n)]
        self._locals = {str(n): v for n, v in bound if len(self._stores[str(n)]) == 1}
        nested = {id(n) for n in ast.walk(function)} - {id(n) for n in own(function)} - {id(function)}
        self._nested = {n.id for n in ast.walk(function) if id(n) in nested and isinstance(n, ast.Name)}

    def meaning(self, use: ast.Name, sure: list[ast.stmt]) -> Meaning | None:
        """What `use` stands for, where every use of the name is an expectation; `sure`: the statements that run."""
        name = use.id
        if name in self._nested or not all(id(load) in self._asked for load in self._loads[name]):
            return None
        if name in self._arguments:
            return self._column(name) or self._module.fixture(name)
        if name in self._stores:
            return self._local(use, sure)
        value = self._module.constant(name)
        if value is None or not all(id(load) in self._asked for load in self._module.loads[name]):
            return None
        return Meaning((value,), frozenset({name}))

    def full(self, node: ast.expr) -> bool:
        """Whether a loop over it has a first turn."""
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return any(not isinstance(e, ast.Starred) for e in node.elts)
        if isinstance(node, ast.Dict):
            return bool(node.keys) and None not in node.keys
        if isinstance(node, ast.Constant):
            return isinstance(node.value, (str, bytes)) and bool(node.value)
        if isinstance(node, ast.Name):
            value = self._constant(node.id)
            return value is not None and self.full(value)
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("items", "keys", "values") and not node.args:
            return self.full(node.func.value)
        plain = node.func.id if isinstance(node.func, ast.Name) else ""
        if plain == "range":
            counts = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
            return len(counts) == 1 and isinstance(counts[0], int) and counts[0] > 0
        return plain in ("enumerate", "zip", "sorted", "list", "reversed", "tuple") and all(map(self.full, node.args))

    def _constant(self, name: str) -> ast.expr | None:
        if name in self._arguments:
            return None
        return self._locals.get(name) if name in self._stores else self._module.constant(name)

    def _column(self, name: str) -> Meaning | None:
        if name in self._stores or name not in self._columns:
            return None
        rows, place = self._columns[name]
        return self._picked(rows, place)

    def _local(self, use: ast.Name, sure: list[ast.stmt]) -> Meaning | None:
        stores = self._stores[use.id]
        for loop in (loop for statement in sure for loop in _loops(statement)) if len(stores) == 1 else ():
            place = _place(loop.target, stores[0])
            if place is not None and (found := self._picked(loop.iter, place)):
                return found._replace(turns=True)
        before = [store for store in stores if store.lineno < use.lineno]
        if not before:
            return None
        last = max(before, key=lambda store: store.lineno)
        for statement in sure:
            for target, value in _assigned(statement, nodes=True):
                if target is last:
                    return Meaning((value,))
        return None

    def _picked(self, rows: ast.expr, place: int | None) -> Meaning | None:
        """The values at a place of each row; of the rows themselves where there is one name (place -1)."""
        module: frozenset[str] = frozenset()
        if isinstance(rows, ast.Name):
            value = self._constant(rows.id)
            loads = self._loads if rows.id in self._stores else self._module.loads
            if value is None or len(loads[rows.id]) != 1:
                return None
            module = frozenset() if rows.id in self._stores else frozenset({rows.id})
            rows = value
        found = [_cell(row, place) for row in _rows(rows)]
        if not found or None in found:
            return None
        return Meaning(tuple(cell for cell in found if cell is not None), module)


def _is_fixture(function: ast.FunctionDef) -> bool:
    """Without parameters: what a fixture gives is one thing then."""
    plain = [ast.unparse(d).removesuffix("()") for d in function.decorator_list]
    return plain in (["pytest.fixture"], ["fixture"]) and not function.args.args


def _assigned(statement: ast.stmt, nodes: bool = False) -> Iterator[tuple[object, ast.expr]]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    value = getattr(statement, "value", None)
    if not targets or value is None:
        return
    if isinstance(targets[0], ast.Name):
        yield targets[0] if nodes else targets[0].id, value
    elif isinstance(targets[0], ast.Tuple) and isinstance(value, ast.Tuple) and len(value.elts) == len(targets[0].elts):
        for target, part in zip(targets[0].elts, value.elts, strict=True):
            if isinstance(target, ast.Name):
                yield target if nodes else target.id, part


def _loops(statement: ast.stmt) -> Iterator[ast.For | ast.comprehension]:
    """A loop, or those inside an assertion."""
    if isinstance(statement, ast.For):
        yield statement
    elif isinstance(statement, ast.Assert):
        yield from (node for node in ast.walk(statement.test) if isinstance(node, ast.comprehension) and not node.ifs)


def _place(target: ast.expr, name: ast.Name) -> int | None:
    if target is name:
        return -1
    if isinstance(target, (ast.Tuple, ast.List)) and name in target.elts:
        return None if any(isinstance(e, ast.Starred) for e in target.elts) else target.elts.index(name)
    return None


def _rows(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts
    items = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items"
    if (
        items
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Dict)
    ):
        table = node.func.value
        pairs = zip(table.keys, table.values, strict=True)
        return [ast.Tuple([key, value]) for key, value in pairs if key is not None]
    return []


def _cell(row: ast.expr, place: int | None) -> ast.expr | None:
    cells = [row]
    if isinstance(row, ast.Call):
        if not ast.unparse(row.func).endswith("param"):
            return row if place == -1 else None
        cells = row.args
        place = 0 if place == -1 else place
    elif place != -1 and isinstance(row, (ast.Tuple, ast.List)):
        cells = row.elts
    elif place != -1:
        return None
    if any(isinstance(c, ast.Starred) for c in cells) or place is None or place >= len(cells):
        return None
    return cells[place]


def _parameters(decorator: ast.expr) -> Iterator[tuple[str, tuple[ast.expr, int]]]:
    """name -> (rows, place) of one `parametrize`."""
    if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith("parametrize"):
        return
    given = {k.arg: k.value for k in decorator.keywords}
    first = decorator.args[0] if decorator.args else given.get("argnames")
    rows = decorator.args[1] if len(decorator.args) > 1 else given.get("argvalues")
    if first is None or rows is None or "indirect" in given or len(decorator.args) > 2:
        return
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        names = [n.strip() for n in first.value.split(",") if n.strip()]
        alone = len(names) == 1
    elif isinstance(first, (ast.Tuple, ast.List)):
        names = [e.value if isinstance(e, ast.Constant) and isinstance(e.value, str) else "" for e in first.elts]
        alone = False
    else:
        return
    for place, name in enumerate(names):
        yield name, (rows, -1 if alone else place)
