"""The rules of `reach`, and the table: what each of them looks for among the deeds of a module, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from guards.case import Rule
from guards.reach.view import View
from guards.syntax.places import is_collected

ENDS = Rule(
    "reach/ends-the-process",
    forbids="ending the process without its clean-up, or the test run from within",
    why="no test after it would be reported",
    bad="shop/__init__.py\n+import os\n+os._exit(0)",
    good="shop/__init__.py\n+import sys\n+sys.exit(1)",
)
INSIDE = Rule(
    "reach/live-interpreter",
    forbids="the interpreter's live objects, its C functions, the process's own memory under `/proc/self`",
    why="the test runner's objects are among them",
    bad='shop/__init__.py\n+import gc\n+found = [o for o in gc.get_objects() if type(o).__name__ == "Session"]',
    good="shop/__init__.py\n+import gc\n+gc.collect()",
)
WATCHES = Rule(
    "reach/watches",
    forbids="a trace, a profile or an audit hook",
    why="it sees and steers everything that runs after it, the tests' own code too",
    bad="shop/__init__.py\n+import sys\n+sys.settrace(lambda frame, event, arg: None)",
    good="shop/__init__.py\n+import sys\n+sys.excepthook = print",
)
LOADS = Rule(
    "reach/import-system",
    forbids="import hooks and finders, and what changes what every Python loads at its start",
    why="what a test imports would be something else",
    bad="shop/__init__.py\n+import sys\n+sys.meta_path.insert(0, Finder())",
    good='shop/__init__.py\n+import importlib\n+prices = importlib.import_module("shop.prices")',
)
RUNNER = Rule(
    "reach/the-runner",
    forbids="a test runner in source, pytest's private modules (fixtures' types excepted), `PYTEST_…` variables",
    why="who holds the runner holds what is reported, and code must not know that it is being tested",
    bad='shop/__init__.py\n+import os\n+os.environ["PYTEST_ADDOPTS"] = "--co"',
    good='shop/pytest_plugin.py\n+import os, pytest\n+os.environ["LANG"] = "C"',
)
REPLACES = Rule(
    "reach/replaces",
    forbids="a builtin, a loaded module, or a part of `unittest`, `importlib` or `sys` replaced",
    why="the test runner and all code rely on them",
    bad="shop/__init__.py\n+import builtins\n+builtins.AssertionError = Exception",
    good="shop/__init__.py\n+import sys\n+sys.modules[__name__] = Lazy()",
)
STEERS = Rule(
    "reach/steers-the-runner",
    forbids="pytest patched, `pytest_plugins`, `collect_ignore`",
    why="which tests run, and how, is main's to say",
    bad='tests/test_till.py\n+collect_ignore = ["test_prices.py"]',
    good='tests/test_till.py\n+def test_a(monkeypatch):\n+    monkeypatch.setattr("builtins.input", lambda: "x")',
)
EQUAL = Rule(
    "reach/equal-to-everything",
    forbids="an `__eq__` that is always true, outside of a test's own file",
    why="every comparison with it passes",
    bad="shop/prices.py\n+class Cents(int):\n+    def __eq__(self, other):\n+        return True",
    good="shop/prices.py\n+class Cents(int):\n+    def __eq__(self, other):\n+        return isinstance(other, Cents)",
)
ASKS = Rule(
    "reach/asks-the-runner",
    forbids="the test runner's name looked for among the loaded modules or in the program's arguments",
    why="code that knows that it is tested can be right for the tests alone",
    bad='shop/__init__.py\n+import sys\n+tested = "pytest" in sys.modules',
    good='shop/__init__.py\n+import sys\n+helped = "--help" in sys.argv',
)
CALLER = Rule(
    "reach/asks-its-caller",
    forbids="a caller's variables, constants or source line, and a test's name looked for in its frame",
    why="what the test expects stands there",
    bad="shop/prices.py\n+import sys\n+known = sys._getframe(1).f_locals",
    good='shop/prices.py\n+import sys\n+module = sys._getframe(1).f_globals["__name__"]',
)
LATE = Rule(
    "reach/writes-at-the-end",
    forbids="a function that writes files, handed to `atexit`",
    why="it would come after the tests' last word",
    bad='shop/__init__.py\n+import atexit, pathlib\n+atexit.register(lambda: pathlib.Path("a").write_text(""))',
    good="shop/__init__.py\n+import atexit\n+atexit.register(pool.close)",
)

ENDED = "{0} ends the process without its clean-up, so that no test after it is reported"
LIVE = "{0} looks through the interpreter's live objects, the test runner's among them"
MEMORY = "/proc/self opens the process's own memory, descriptors and environment"
HOOK = "{0} sets a hook that watches or steers everything that runs after it"
START = "changes what every Python loads at its start"
PRIVATE = "reaches into the test runner's private modules"
RELIED_ON = "which the test runner and all code rely on"
UNAWARE = "code must not know that it is being tested"
BLIND = "code must not know what is expected of it"
STANDS_IN = "{0}: puts another thing in the place of one that others import"
IMPORTING = (
    r"sys\.(?:meta_path|path_hooks|path_importer_cache)"
    r"|importlib\.(?:abc\.MetaPathFinder|machinery\.PathFinder|_bootstrap(?:_external)?)"
)
PROC = r".*/proc/self(?!/(?:stat|statm|status|limits|cgroup|mountinfo|mounts|io|oom_score)\b).*"
RELIED = (
    r"(?:pytest|_pytest|pluggy|unittest|builtins|__builtins__|importlib|site)\..+"
    r"|sys\.(?:exit|modules|meta_path|path_hooks|settrace|gettrace)|os\.(?:_exit|environb)"
)
# What tests may: take the types of pytest's fixtures from where they are, and ask for their worker's number.
TESTS_OWN = re.compile(
    r"imports _pytest\.(?:monkeypatch|capture|logging|tmpdir|recwarn|fixtures|pytester|legacypath|mark|compat)(?:\..*)?"
    r"|says PYTEST_XDIST_WORKER"
)


def anywhere(_: View) -> bool:
    return True


def in_tests(view: View) -> bool:
    return view.is_test


def in_source(view: View) -> bool:
    return not view.is_runners_own


def for_others(view: View) -> bool:
    """A test's own file may hold a matcher that equals anything: no other file's tests can meet it."""
    return not is_collected(view.file)


class Row(NamedTuple):
    """A rule; what it looks for: a kind of deed, and a pattern of the whole; what is said of it; where it holds."""

    rule: Rule
    kind: str
    pattern: str
    said: str
    where: Callable[[View], bool] = anywhere

    def says(self, view: View, what: str) -> str:
        """Its words on a deed of its kind; none where it is free."""
        found = re.fullmatch(self.pattern, what, re.DOTALL)
        return self.said.format(found[0], *found.groups()) if found and self.where(view) else ""


TABLE = (
    Row(ENDS, "names", r"os\.(?:_exit|abort)|pytest\.exit", ENDED),
    Row(INSIDE, "names", r"gc\.get_(?:objects|referrers|referents)", LIVE),
    Row(INSIDE, "names", r"ctypes\.(?:pythonapi|PyDLL)", "{0} calls the interpreter's own C functions"),
    Row(INSIDE, "says", PROC, MEMORY),
    Row(WATCHES, "names", r"sys\.(?:settrace|setprofile|addaudithook|monitoring)", HOOK),
    Row(WATCHES, "names", r"threading\.(?:settrace_all_threads|settrace|setprofile)", HOOK),
    Row(LOADS, "names", IMPORTING, "{0} changes how every import works"),
    Row(LOADS, "names", r"site\.(?:addsitedir|ENABLE_USER_SITE)", f"{{0}} {START}"),
    Row(LOADS, "imports", r"((?:site|user)customize)(?:\..*)?", f"{{1}} {START}"),
    Row(RUNNER, "imports", r"(pytest|pluggy|xdist)(?:\..*)?", f"source that imports {{1}}: {UNAWARE}", in_source),
    Row(RUNNER, "imports", r"_pytest(?:\..*)?", PRIVATE),
    Row(RUNNER, "stands for", r"_pytest(?:\..*)?", PRIVATE),
    Row(RUNNER, "says", r"_pytest\..*", PRIVATE, in_tests),
    Row(RUNNER, "says", r"(PYTEST(?=_|\Z)[^=]*)(?:=.*)?", "{1} is the test runner's own variable"),
    Row(REPLACES, "sets", RELIED, f"replaces {{0}}, {RELIED_ON}"),
    Row(REPLACES, "puts into", r"__builtins__|builtins\.__dict__", f"replaces a builtin, {RELIED_ON}"),
    Row(REPLACES, "puts into", r"sys\.modules", "{0}: puts another module in the place of one that others import"),
    Row(REPLACES, "calls", r"sys\.modules\.(?:update|setdefault|__setitem__)", STANDS_IN),
    Row(REPLACES, "calls", r"builtins\.__dict__\.update", STANDS_IN),
    Row(STEERS, "patches", r"(pytest|_pytest|pluggy)(?:\..*)?", "patches {1}, the test runner itself"),
    Row(STEERS, "binds", r"pytest_plugins|collect_ignore(?:_glob)?", "{0} changes which tests run, or how", in_tests),
    Row(EQUAL, "equals", "everything", "__eq__ that is always true makes every comparison pass", for_others),
    Row(ASKS, "asks", "what is loaded", f"asks whether a test runner is loaded: {UNAWARE}", in_source),
    Row(CALLER, "asks", "who calls", f"asks whether a test calls it: {UNAWARE}", in_source),
    Row(CALLER, "of a frame", "f_locals|co_consts", f"{{0}} of a caller: {BLIND}", in_source),
    Row(CALLER, "of a stack", "line|code_context", f"reads the source line that called it: {BLIND}", in_source),
    Row(LATE, "writes", "late", "atexit: writes files after the tests have ended"),
)
