"""Notices when what tests compare with is lastingly replaced: the standard library, PATH, Hypothesis's examples.
PYTEST_DONT_REWRITE

Looked at where no fixture is at work: when all is collected, between two files of tests, and when all is over. Only
what is replaced by code of the room, or by nobody knows what, is told; a plug-in of the user's may do what it likes.
"""

import functools
import os
import sys
import types

import pytest

NAMES = (
    "builtins math json json.decoder json.encoder re os posixpath pathlib subprocess io decimal _pydecimal fractions"
    " datetime time random copy operator collections itertools functools statistics string csv hashlib filecmp shutil"
    " pickle ast inspect linecache textwrap pprint enum contextlib struct base64 difflib glob fnmatch tempfile sqlite3"
    " unicodedata zlib types tomllib uuid html ipaddress calendar bisect heapq shlex dataclasses typing"
    " hypothesis.strategies numpy.testing pandas.testing yaml"
).split()


def _bare(value):
    """The function below a method, a property or a partial; what is none of these is left alone."""
    for _ in range(5):
        if isinstance(value, (staticmethod, classmethod, types.MethodType)):
            value = value.__func__
        elif isinstance(value, property):
            value = value.fget
        elif isinstance(value, functools.partial):
            value = value.func
    return value


def _code(value):
    return value.__code__ if isinstance(value, types.FunctionType) else None


def _place(relative, name):
    """Where in the room a module lies; None for what is built in, has no file, or lies elsewhere."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return relative(file) if file else None


def _swapped(label, module, bare):
    """The module of the standard library that a value comes from, where it was not made for this spot; else ""."""
    library = module.partition(".")[0] in getattr(sys, "stdlib_module_names", NAMES)
    at_home = label.startswith(module) and getattr(bare, "__name__", "") == label.rpartition(".")[2]
    return module if library and not at_home else ""


def _origin(relative, label, value):
    """Which file of the room a replacement comes from; "" where it may stay."""
    bare = _bare(value)
    code = _code(bare)
    if code is not None:
        place, module = relative(code.co_filename), bare.__globals__.get("__name__") or ""
        if place is not None:
            return place
        if os.path.exists(code.co_filename):
            return _swapped(label, module, bare)
        return _place(relative, module) or "code that was made on the way"
    module = getattr(bare, "__module__", None) or type(bare).__module__
    return _place(relative, module) or _swapped(label, module, bare)


class Memory:
    """What the watched modules held when they were first seen."""

    def __init__(self):
        self.modules, self.spots, self.codes, self.classes = {}, [], [], []
        self.executable, self.path = sys.executable, os.environ.get("PATH", "")
        self.learn()

    def learn(self):
        """Takes in the modules that came since; what of them was there before."""
        first = len(self.spots)
        for name in NAMES:
            module = sys.modules.get(name)
            if module is not None and name not in self.modules:
                self.modules[name] = module
                self._take(name, module)
        return self.spots[first:]

    def _take(self, label, module):
        space = vars(module)
        for name, value in list(space.items()):
            if callable(value):
                self._add("%s.%s" % (label, name), space, name, value)
            if isinstance(value, type) and value.__module__ == label:
                inner = vars(value)
                self.classes.append(("%s.%s" % (label, name), inner, frozenset(inner)))
                for key, method in list(inner.items()):
                    self._add("%s.%s.%s" % (label, name, key), inner, key, method)

    def _add(self, label, space, name, value):
        self.spots.append((label, space, name, value))
        bare = _bare(value)
        if _code(bare):
            self.codes.append((label, bare, bare.__code__, bare.__defaults__))

    def changes(self):
        """(label, what is there now) of all that is another thing than it was."""
        for label, space, name, old in self.spots:
            new = space.get(name, old)
            if new is not old:
                yield label, new
        for label, inner, known in self.classes:
            if len(inner) != len(known):
                for name in [name for name in inner if name not in known and callable(_bare(inner[name]))]:
                    yield "%s.%s" % (label, name), inner[name]

    def rewritten(self):
        for label, function, code, defaults in self.codes:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                yield label


def _examples():
    """How many examples Hypothesis tries, and in how many phases; None where it is not there."""
    try:
        settings = sys.modules["hypothesis"].settings.default
        return settings.max_examples, len(settings.phases)
    except Exception:
        return None


def _looker(memory, relative, doubt):
    """`look()`: tells what is another thing now than it was."""

    def new():
        for label, _, _, value in memory.learn():
            code = _code(_bare(value))
            place = relative(code.co_filename) if code else None
            if place is not None:
                yield "%s was replaced by %s" % (label, place)

    def changed():
        for label, value in memory.changes():
            origin = _origin(relative, label, value)
            if origin:
                yield "%s was replaced by %s" % (label, origin)
        for label in memory.rewritten():
            yield "the code of %s was replaced" % label
        for name, module in memory.modules.items():
            now = sys.modules.get(name) or module
            if now is not module and relative(getattr(now, "__file__", None) or name) is not None:
                yield "the module %s was replaced" % name
        if sys.executable != memory.executable:
            yield "sys.executable was changed"

    def look():
        for text in [*new(), *changed()]:
            doubt(text)

    return look


def library(memory, relative, doubt, look_beside):
    """The hooks. `memory` is older than any code of the room; `look_beside` looks at the same moments."""
    file, most = [None], []
    look_here = _looker(memory, relative, doubt)

    def look():
        look_here()
        look_beside()

    def count():
        now = _examples()
        if now is not None and not all(map(int.__ge__, now, most[0] if most else (100, 1))):
            doubt("Hypothesis was told to try fewer examples (%d)" % now[0])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart():
        now = _examples()
        if now is not None:
            most.append(now)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish():
        look()
        count()
        if os.environ.get("PATH", "") != memory.path:
            doubt("PATH was changed while tests were collected")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item):
        count()
        now = item.nodeid.partition("::")[0]
        if now != file[0]:
            file[0] = now
            look()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish():
        look()
        new = set(os.environ.get("PATH", "").split(":")) - set(memory.path.split(":"))
        if any(relative(at) is not None for at in new if at):
            doubt("PATH leads into the room")

    return {name: hook for name, hook in locals().items() if name.startswith("pytest_")}
