"""Which files hold tests, and the tests of one, as a runner would find them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from factory.ssot.product import PYTHON_TESTS
from factory.tree import matches
from guards.syntax.rebound import taken_back
from guards.syntax.source import bindings, dotted, parse

FOLDERS = {"test", "tests", "testing", "integration_tests", "unit_tests", "functional_tests"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
SKIPPERS = set(
    "skip skipif xfail importorskip skipTest skipIf skipUnless expectedFailure SkipTest".split()  # noqa: SIM905
)
SETUPS = {"setUp", "tearDown", "setUpClass", "tearDownClass", "setup_method", "teardown_method", "asyncSetUp"}


def is_collected(path: str) -> bool:
    """Whether a runner would look for tests in that file."""
    return matches(path, PYTHON_TESTS)


def is_test_code(path: str) -> bool:
    """Whether a file belongs to the tests: collected, a conftest.py, or Python in a folder of tests."""
    at = PurePosixPath(path)
    if at.suffix != ".py":
        return False
    return is_collected(path) or at.name == "conftest.py" or bool(FOLDERS & set(at.parts[:-1]))


@dataclass(frozen=True, eq=False)
class Unit:
    """A function of a test module."""

    path: str
    qualname: str
    node: Function
    is_test: bool
    skips: int = 0  # marks and calls that skip or excuse it, those of its class included
    conditions: int = 0  # ifs around its definition
    is_run: bool = True  # False: a helper, judged through those who call it

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def line(self) -> int:
        return self.node.lineno


@dataclass(frozen=True, eq=False)
class Suite:
    """A module's functions by qualified name; the last of several with one name, as Python has it."""

    path: str
    units: dict[str, Unit] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    skips: int = 0  # module-wide: pytestmark, skip calls, __test__ = False

    @property
    def tests(self) -> dict[str, Unit]:
        return {name: unit for name, unit in self.units.items() if unit.is_test}


def read_suite(path: str, source: str) -> Suite | None:
    """None where the source cannot be parsed."""
    module = parse(source)
    if module is None:
        return None
    reader = _Reader(path, module)
    for unit in reader.block(module.body, "", "", 0, 0):
        reader.suite.units.pop(unit.qualname, None)
        reader.suite.units[unit.qualname] = unit
    for name in set(taken_back(module.body)):
        reader.suite.units.pop(name, None)
    skips = sum(reader.module_skips(statement) for statement in module.body)
    return Suite(path, reader.suite.units, reader.suite.constants, skips)


class _Reader:
    def __init__(self, path: str, module: ast.Module) -> None:
        self.names, self.aliases = bindings(module), set[str]()
        assigned = [(target, s.value) for s in module.body if isinstance(s, ast.Assign) for target in s.targets]
        constants = {target.id: value for target, value in assigned if isinstance(target, ast.Name)}
        self.suite = Suite(path, constants=constants)
        self.aliases = {name for name, value in constants.items() if self._skippers(value)}

    def block(self, body: Sequence[ast.stmt], above: str, owner: str, skips: int, conditions: int) -> Iterator[Unit]:
        for node in body:
            if isinstance(node, Function):
                yield self._unit(node, above, owner, skips, conditions)
            elif isinstance(node, ast.ClassDef):
                marks = sum(self._skippers(d) for d in node.decorator_list)
                marks += sum(self.module_skips(statement) for statement in node.body)
                kind = "collected" if _is_collected(node) else "other"
                yield from self.block(node.body, f"{above}{node.name}.", kind, skips + marks, conditions)
            elif isinstance(node, ast.If):
                yield from self.block(node.body, above, owner, skips, conditions + 1)
                yield from self.block(node.orelse, above, owner, skips, conditions + 1)
            elif isinstance(node, ast.Try | ast.With):
                yield from self.block(node.body, above, owner, skips, conditions)

    def _unit(self, node: Function, above: str, owner: str, skips: int, conditions: int) -> Unit:
        marks = (dotted(mark.func if isinstance(mark, ast.Call) else mark, self.names) for mark in node.decorator_list)
        is_fixture = any(mark.rpartition(".")[2] == "fixture" for mark in marks)
        is_test = node.name.startswith("test") and owner != "other" and not is_fixture
        is_run = is_test or is_fixture or node.name in SETUPS
        own = skips + self._skippers(node)
        return Unit(self.suite.path, above + node.name, node, is_test, own, conditions, is_run)

    def _skippers(self, node: ast.AST) -> int:
        """References to what skips or excuses a test, also through a name for such a mark."""
        return sum(self._is_skipper(part) for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name))

    def _is_skipper(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name) and node.id in self.aliases:
            return True
        name = dotted(node, self.names)
        start, _, last = name.rpartition(".")
        return last in SKIPPERS and (start.split(".")[0] in ("pytest", "unittest", "mark", "self", "cls") or not start)

    def module_skips(self, statement: ast.stmt) -> int:
        """Marks and calls that are about the whole module or class."""
        if isinstance(statement, ast.Assign):
            named = {t.id for t in statement.targets if isinstance(t, ast.Name)}
            if "__test__" in named and isinstance(statement.value, ast.Constant) and not statement.value.value:
                return 1
            if "pytestmark" in named:
                return self._skippers(statement.value)
            return int("importorskip" in ast.dump(statement.value))
        if isinstance(statement, ast.Expr | ast.Raise):
            return self._skippers(statement)
        if isinstance(statement, ast.If):
            return sum(self.module_skips(inner) for inner in (*statement.body, *statement.orelse))
        return 0


def _is_collected(node: ast.ClassDef) -> bool:
    """Named Test…, or built on something that may be a TestCase; a class with its own __init__ is not collected."""
    if node.bases:
        return True
    has_init = any(isinstance(s, Function) and s.name == "__init__" for s in node.body)
    return node.name.startswith("Test") and not has_init
