"""Half of the reporter: what failed is told in less time. PYTEST_DONT_REWRITE

pytest parses and walks a whole file for each place of a traceback that it shows, so forty red tests in two thousand
lines cost more than the tests. Each file is parsed and walked once; what is told stays the same.
"""

import ast
import functools
import importlib

STATEMENTS = (ast.stmt, ast.ExceptHandler)  # all that pytest looks at in what it walks
FILES = 16


class Once:
    """The module `ast`, as pytest's tracebacks use it."""

    def __init__(self):
        self.__dict__.update(vars(ast))
        self.parse = functools.lru_cache(FILES)(ast.parse)
        self.walk = functools.lru_cache(FILES)(lambda tree: [n for n in ast.walk(tree) if isinstance(n, STATEMENTS)])


def once():
    """Puts it in pytest's own module of sources, where that is as it was known."""
    source = importlib.import_module("_pytest._code.source")
    if getattr(source, "ast", None) is ast:
        source.ast = Once()
