"""Whether the functions of judging modules are their own: code of the product in the place of one is told.
PYTEST_DONT_REWRITE

Looked at where the library is (`reporter_library`).
"""

import os
import re
import sys
import types

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


def looker(terms, relative, doubt):
    """`look()`. Names that a module only imports are not its own."""
    judging, defined = frozenset(terms["judges"]), {}

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
                if by and by != place and by not in judging and name in own:
                    doubt("%s of %s was replaced by %s" % (label, place, by))

    return look
