"""The table: what each rule of `reach` looks for among the deeds of a module, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from guards.reach.view import ModuleView
from guards.syntax.suite import is_collected

ENDED = "{0} ends the process without its clean-up, so that no test after it is reported"
LIVE = "{0} looks through the interpreter's live objects, the test runner's among them"
MEMORY = "/proc/self opens the process's own memory, descriptors and environment"
HOOK = "{0} sets a hook that watches or steers everything that runs after it"
START = "changes what every Python loads at its start"
PRIVATE = "reaches into the test runner's private modules"
RELIED_ON = "which the test runner and all code rely on"
UNAWARE = "code must not know that it is being tested"
BLIND = "code must not know what is expected of it"
LINE = f"reads the source line that called it: {BLIND}"
STEERS = "{0} changes which tests run, or how"
EQUAL = "__eq__ that is always true makes every comparison pass"
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


def anywhere(_: ModuleView) -> bool:
    return True


def in_tests(view: ModuleView) -> bool:
    return view.is_test


def in_source(view: ModuleView) -> bool:
    return not view.is_runners_own


def for_others(view: ModuleView) -> bool:
    """A test's own file may hold a matcher that equals anything: no other file's tests can meet it."""
    return not is_collected(view.file)


class DeedRule(NamedTuple):
    """A rule; what it looks for: a kind of deed, and a pattern of the whole; what is said of it; where it holds."""

    rule: str
    kind: str
    pattern: str
    said: str
    where: Callable[[ModuleView], bool] = anywhere

    def says(self, view: ModuleView, what: str) -> str:
        """Its words on a deed of its kind; none where it is free."""
        found = re.fullmatch(self.pattern, what, re.DOTALL)
        return self.said.format(found[0], *found.groups()) if found and self.where(view) else ""


TABLE = (
    DeedRule("ends-the-process", "names", r"os\.(?:_exit|abort)|pytest\.exit", ENDED),
    DeedRule("live-interpreter", "names", r"gc\.get_(?:objects|referrers|referents)", LIVE),
    DeedRule(
        "live-interpreter", "names", r"ctypes\.(?:pythonapi|PyDLL)", "{0} calls the interpreter's own C functions"
    ),
    DeedRule("live-interpreter", "says", PROC, MEMORY),
    DeedRule("watches", "names", r"sys\.(?:settrace|setprofile|addaudithook|monitoring)", HOOK),
    DeedRule("watches", "names", r"threading\.(?:settrace_all_threads|settrace|setprofile)", HOOK),
    DeedRule("import-system", "names", IMPORTING, "{0} changes how every import works"),
    DeedRule("import-system", "names", r"site\.(?:addsitedir|ENABLE_USER_SITE)", f"{{0}} {START}"),
    DeedRule("import-system", "imports", r"((?:site|user)customize)(?:\..*)?", f"{{1}} {START}"),
    DeedRule(
        "the-runner", "imports", r"(pytest|pluggy|xdist)(?:\..*)?", f"source that imports {{1}}: {UNAWARE}", in_source
    ),
    DeedRule("the-runner", "imports", r"_pytest(?:\..*)?", PRIVATE),
    DeedRule("the-runner", "stands for", r"_pytest(?:\..*)?", PRIVATE),
    DeedRule("the-runner", "says", r"_pytest\..*", PRIVATE, in_tests),
    DeedRule("the-runner", "says", r"(PYTEST(?=_|\Z)[^=]*)(?:=.*)?", "{1} is the test runner's own variable"),
    DeedRule("replaces", "sets", RELIED, f"replaces {{0}}, {RELIED_ON}"),
    DeedRule("replaces", "puts into", r"__builtins__|builtins\.__dict__", f"replaces a builtin, {RELIED_ON}"),
    DeedRule(
        "replaces", "puts into", r"sys\.modules", "{0}: puts another module in the place of one that others import"
    ),
    DeedRule("replaces", "calls", r"sys\.modules\.(?:update|setdefault|__setitem__)", STANDS_IN),
    DeedRule("replaces", "calls", r"builtins\.__dict__\.update", STANDS_IN),
    DeedRule(
        "steers-the-runner", "patches", r"(pytest|_pytest|pluggy)(?:\..*)?", "patches {1}, the test runner itself"
    ),
    DeedRule("steers-the-runner", "binds", r"pytest_plugins|collect_ignore(?:_glob)?", STEERS, in_tests),
    DeedRule("equal-to-everything", "equals", "everything", EQUAL, for_others),
    DeedRule(
        "asks-the-runner", "asks", "what is loaded", f"asks whether a test runner is loaded: {UNAWARE}", in_source
    ),
    DeedRule("asks-its-caller", "asks", "who calls", f"asks whether a test calls it: {UNAWARE}", in_source),
    DeedRule("asks-its-caller", "of a frame", "f_locals|co_consts", f"{{0}} of a caller: {BLIND}", in_source),
    DeedRule("asks-its-caller", "of a stack", "line|code_context", LINE, in_source),
    DeedRule("writes-at-the-end", "writes", "late", "atexit: writes files after the tests have ended"),
)
