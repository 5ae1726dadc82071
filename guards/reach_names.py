"""Names and texts that ordinary code has no use for."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from guards.syntax.source import dotted

ENDS_PROCESS = "ends the process without its clean-up, so that no test after it is reported"
LOOKS = "looks through the interpreter's live objects, the test runner's among them"
WATCHES = "sets a hook that watches or steers everything that runs after it"
NAMES = {
    "os._exit": ENDS_PROCESS,
    "os.abort": ENDS_PROCESS,
    "pytest.exit": ENDS_PROCESS,
    "gc.get_objects": LOOKS,
    "gc.get_referrers": LOOKS,
    "gc.get_referents": LOOKS,
    "sys.settrace": WATCHES,
    "sys.setprofile": WATCHES,
    "sys.addaudithook": WATCHES,
    "sys.monitoring": WATCHES,
    "threading.settrace": WATCHES,
    "threading.setprofile": WATCHES,
    "threading.settrace_all_threads": WATCHES,
    "ctypes.pythonapi": "calls the interpreter's own C functions",
    "ctypes.PyDLL": "calls the interpreter's own C functions",
    "sys.meta_path": "changes how every import works",
    "sys.path_hooks": "changes how every import works",
    "sys.path_importer_cache": "changes how every import works",
    "importlib.abc.MetaPathFinder": "changes how every import works",
    "importlib.machinery.PathFinder": "changes how every import works",
    "importlib._bootstrap": "changes how every import works",
    "importlib._bootstrap_external": "changes how every import works",
    "site.addsitedir": "changes what every Python loads at its start",
    "site.ENABLE_USER_SITE": "changes what every Python loads at its start",
}
# The private modules that tests import for their fixtures' types alone.
FIXTURES = "monkeypatch capture logging tmpdir recwarn fixtures pytester legacypath mark compat"
FIXTURE_TYPES = frozenset(FIXTURES.split())
FRAMES = frozenset({"sys._getframe", "inspect.currentframe", "inspect.stack"})
STACKS = frozenset({"traceback.extract_stack", "inspect.stack", "inspect.getframeinfo"})
PROC = re.compile(r"/proc/self(?!/(?:stat|statm|status|limits|cgroup|mountinfo|mounts|io|oom_score)\b)")
MARKS = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.arguments)


@dataclass(frozen=True)
class View:
    """A module to judge: its tree, what its names stand for, and whether it belongs to the tests."""

    module: ast.Module
    names: dict[str, str]
    is_test: bool
    file: str

    _known: dict[ast.AST | None, str] = field(default_factory=dict)

    def name(self, node: ast.AST | None) -> str:
        """The full name of what an expression stands for; remembered, for every rule asks it of every node."""
        if node not in self._known:
            self._known[node] = dotted(node, self.names)
        return self._known[node]

    @functools.cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All that a rule could look at, in the order of a walk: of a module's nodes half are marks and operators."""
        return tuple(node for node in ast.walk(self.module) if not isinstance(node, MARKS))

    @functools.cached_property
    def prose(self) -> frozenset[ast.AST]:
        """Docstrings and other texts that stand alone: they say something and do nothing."""
        alone = (node.value for node in self.nodes if isinstance(node, ast.Expr))
        return frozenset(value for value in alone if isinstance(value, ast.Constant))

    @functools.cached_property
    def functions(self) -> dict[str, list[ast.FunctionDef]]:
        """All that are defined, nested ones too, by name."""
        found: dict[str, list[ast.FunctionDef]] = {}
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(node)
        return found

    @functools.cached_property
    def uses(self) -> frozenset[str]:
        """The full names of all that is called."""
        return frozenset(self.name(node.func) for node in self.nodes if isinstance(node, ast.Call))

    @functools.cached_property
    def is_runners_own(self) -> bool:
        """Whether the file is by its name there for test runners: a plug-in, fixtures for others' tests."""
        return self.is_test or any(word in self.file.casefold() for word in ("test", "plugin", "fixture"))


def objections(view: View, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(view, node)
    elif isinstance(node, ast.Attribute | ast.Name | ast.Call):
        name = view.name(node)
        if said := NAMES.get(name):
            yield f"{name} {said}"
        elif isinstance(node, ast.Call) and name.split(".")[0] == "_pytest":
            yield "reaches into the test runner's private modules"
        elif isinstance(node, ast.Attribute) and not view.is_runners_own:
            yield from _asks_its_caller(view, node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in view.prose:
        yield from _texts(view, node.value)


def _asks_its_caller(view: View, node: ast.Attribute) -> Iterator[str]:
    """What a caller's frame holds, or the line that it stands on: a test's expected value is there too."""
    if node.attr in ("f_locals", "co_consts") and view.uses & FRAMES:
        yield f"{node.attr} of a caller: code must not know what is expected of it"
    elif node.attr in ("line", "code_context") and view.uses & STACKS:
        yield "reads the source line that called it: code must not know what is expected of it"


def _imports(view: View, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    start = [] if isinstance(node, ast.Import) else [node.module or ""]
    modules = start or [alias.name for alias in node.names]
    full = [f"{start[0]}.{alias.name}" for alias in node.names] if start else modules
    for name in full:
        if said := NAMES.get(name):
            yield f"{name} {said}"
    if isinstance(node, ast.ImportFrom) and node.level:
        return
    for module in modules:
        top, _, rest = module.partition(".")
        is_type = view.is_test and rest.split(".")[0] in FIXTURE_TYPES
        if top == "_pytest" and not is_type:
            yield "reaches into the test runner's private modules"
        elif top in ("pytest", "pluggy", "xdist") and not view.is_runners_own:
            yield f"source that imports {top}: code must not know that it is being tested"
        elif top in ("sitecustomize", "usercustomize"):
            yield f"{top} changes what every Python loads at its start"


def _texts(view: View, value: str) -> Iterator[str]:
    if PROC.search(value):
        yield "/proc/self opens the process's own memory, descriptors and environment"
    if (value.startswith("PYTEST_") or value == "PYTEST") and not (view.is_test and value == "PYTEST_XDIST_WORKER"):
        yield f"{value.split('=')[0]} is the test runner's own variable"
    if value.startswith("_pytest.") and view.is_test:
        yield "reaches into the test runner's private modules"
