"""Whether the functions of judging modules are their own: code of the product in the place of one is told.
PYTEST_DONT_REWRITE

Looked at where the library is: when all is collected, between two files of tests, and when all is over.
"""

import os
import re
import sys
import types

import pytest

DEFINED = re.compile(r"(?m)^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)")
LARGEST = 1 << 20  # bytes of a module that somebody wrote


def _functions(module):
    """(owner, name, function) of a module and of the classes that it defines."""
    space = vars(module)
    owners = [("", space)]
    classes = [(n, c) for n, c in list(space.items()) if isinstance(c, type) and c.__module__ == module.__name__]
    owners += [(name + ".", vars(found)) for name, found in classes]
    for owner, inside in owners:
        for name, value in list(inside.items()):
            bare = getattr(value, "__func__", value)
            if isinstance(bare, types.FunctionType):
                yield owner + name, name, bare


def judges(terms, relative, doubt):
    """The hooks. Names that a module only imports are not its own."""
    judging, told, defined, file = frozenset(terms["judges"]), set(), {}, [None]

    def names(place):
        if place not in defined:
            try:
                with open(os.path.join(terms["room"], place), "rb") as source:
                    defined[place] = frozenset(DEFINED.findall(source.read(LARGEST).decode("utf-8", "replace")))
            except OSError:
                defined[place] = frozenset()
        return defined[place]

    def look():
        for module in list(dict.copy(sys.modules).values()):
            place = relative(getattr(module, "__file__", None) or "") if isinstance(module, types.ModuleType) else None
            if place not in judging:
                continue
            own = names(place)
            for label, name, function in _functions(module):
                by = relative(function.__code__.co_filename)
                if by and by != place and by not in judging and name in own and (place, label) not in told:
                    told.add((place, label))
                    doubt("%s of %s was replaced by %s" % (label, place, by))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish():
        look()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item):
        now = item.nodeid.partition("::")[0]
        if now != file[0]:
            file[0] = now
            look()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish():
        look()

    return {name: hook for name, hook in locals().items() if name.startswith("pytest_")}
