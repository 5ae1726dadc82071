"""Notices when the parts of pytest that decide an outcome are replaced. PYTEST_DONT_REWRITE

A replacement that comes from an installed package (a plug-in of the user's) is left alone: only code of the
repository, or code of unknown origin, is told to the controller, which holds it against what the base showed.
"""

import operator
import os
import sys
import unittest.case  # noqa: F401  looked up by name below

import pytest

SPOTS = {
    "_pytest.runner": "call_and_report runtestprotocol call_runtest_hook pytest_runtest_protocol"
    " pytest_runtest_makereport pytest_runtest_setup pytest_runtest_call pytest_runtest_teardown",
    "_pytest.runner:CallInfo": "from_call __init__",
    "_pytest.reports:TestReport": "from_item_and_call __init__ passed failed outcome nodeid",
    "_pytest.reports:BaseReport": "passed failed skipped nodeid",
    "_pytest.python": "pytest_pyfunc_call",
    "_pytest.python:Function": "runtest setup",
    "_pytest.unittest:TestCaseFunction": "runtest addFailure addError _addexcinfo",
    "_pytest.doctest:DoctestItem": "runtest",
    "_pytest.main": "wrap_session _main pytest_runtestloop",
    "_pytest.main:Session": "pytest_runtest_logreport __setattr__",
    "_pytest.assertion.rewrite": "rewrite_asserts _rewrite_test",
    "_pytest.assertion.rewrite:AssertionRewriter": "run visit_Assert",
    "_pytest.assertion.rewrite:AssertionRewritingHook": "exec_module",
    "_pytest.raises": "*",
    "_pytest.approx": "*",
    "_pytest.python_api": "*",
    "_pytest._code.code:ExceptionInfo": "match",
    "pytest": "raises fail approx",
    "unittest.case": "*",
}
HOMES = (os.path.dirname(os.__file__), os.path.dirname(os.path.dirname(pytest.__file__)))
# Looked at before every test, the others when the module or class changes, and at the end.
CORE = ("_pytest.runner", "_pytest.reports", "_pytest.python.", "_pytest.python:", "pluggy", "pluginmanager", "hook.")
HOOKS = (
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_runtest_logreport",
    "pytest_pyfunc_call",
    "pytest_runtestloop",
    "pytest_assertrepr_compare",
)


def _spots(config):
    """(label, dictionary, name) of all that is to be watched; a class's dictionary is a live view."""
    for place, names in SPOTS.items():
        module, _, kind = place.partition(":")
        owner = sys.modules.get(module)
        owner = getattr(owner, kind, None) if kind else owner
        if names == "*":
            yield from _own(place, owner)
        elif owner is not None:
            space = vars(owner)
            for name in names.split():
                yield "%s.%s" % (place, name), space, name
    yield from _pluggy(config)
    for name in HOOKS:
        getattr(config.hook, name)  # pytest 7 and 8 fill this dictionary as it is asked
        yield "hook.%s" % name, vars(config.hook), name
        yield "relay.%s" % name, vars(config.pluginmanager.hook), name
    for name in ("_hookexec", "_inner_hookexec"):
        yield "pluginmanager.%s" % name, vars(config.pluginmanager), name
    for name in ("pytest", "_pytest.runner", "_pytest.reports", "unittest.case"):
        yield "sys.modules[%s]" % name, sys.modules, name


def _own(place, module):
    """All functions of a module, and of its classes: which of them decides differs from version to version."""
    for name, value in list(vars(module).items()) if module is not None else ():
        if getattr(value, "__module__", None) != place:
            continue
        if isinstance(value, type):
            for inner, method in list(vars(value).items()):
                if hasattr(_bare(method), "__code__"):
                    yield "%s:%s.%s" % (place, name, inner), vars(value), inner
        elif hasattr(value, "__code__"):
            yield "%s.%s" % (place, name), vars(module), name


def _pluggy(config):
    """Its modules have changed names over the years; its parts have not."""
    for name, module in dict.copy(sys.modules).items():
        if name.startswith("pluggy.") and hasattr(module, "_multicall"):
            yield "%s._multicall" % name, vars(module), "_multicall"
    for kind in (type(config.hook.pytest_runtest_call), type(config.pluginmanager)):
        for base in kind.__mro__[:-1]:
            space = vars(base)
            for name in ("__call__", "_hookexec"):
                yield "pluggy %s.%s" % (base.__qualname__, name), space, name


def _bare(value):
    """The function below a method, a property or a partial."""
    for _ in range(5):
        inner = getattr(value, "__func__", None) or getattr(value, "fget", None) or getattr(value, "func", None)
        if inner is None:
            return value
        value = inner
    return value


def _installed(value, roots):
    code = getattr(_bare(value), "__code__", None)
    path = os.path.realpath(code.co_filename) if code is not None else ""
    return path.startswith(roots) and os.path.exists(path)


def _added(config, known, roots):
    """Names of hooks that came while tests were collected or run, from neither a conftest nor an installed package."""
    for name in HOOKS:
        caller = getattr(config.hook, name)
        for impl in caller.get_hookimpls() if hasattr(caller, "get_hookimpls") else ():
            if any(impl is old for old in known):
                continue
            known.append(impl)
            at = os.path.basename(str(getattr(impl.plugin, "__file__", "") or ""))
            if at != "conftest.py" and not _installed(impl.function, roots):
                yield "%s was hooked by %s" % (name, getattr(impl.function, "__module__", "?"))


def parts(functions):
    """What the reporter's functions are made of, to any depth: [(get, key or cell, what is there)]."""
    found, todo, seen = [], list(functions), set()
    while todo:
        function = todo.pop()
        if id(function) in seen or not hasattr(function, "__code__"):
            continue
        seen.add(id(function))
        found.append((operator.attrgetter("__code__"), function, function.__code__))
        held = [(operator.attrgetter("cell_contents"), cell) for cell in function.__closure__ or ()]
        names = [n for n in function.__code__.co_names if n in function.__globals__]
        held += [(operator.itemgetter(name), function.__globals__) for name in names]
        for get, place in held:
            value = get(place)
            if callable(value):
                found.append((get, place, value))
                todo.append(value)
    return found


def sealed(config, doubt, own=()):
    """`look(item)`, to be called before a test's own code runs, and the hooks that look at other times.

    `own` is filled later with the reporter's own parts."""
    roots = tuple(os.path.realpath(home) + os.sep for home in HOMES)
    spots = list(_spots(config))
    spots = list({(id(space), name): (label, space, name) for label, space, name in spots}.values())
    was = [space.get(name) for _, space, name in spots]
    functions = [f for f in map(_bare, was) if hasattr(f, "__code__")]
    codes, known = [f.__code__ for f in functions], []
    read, same = _reader([spot for spot in spots if spot[0].startswith(CORE)]), operator.is_
    then, parent = read(), [None]

    def look(item):
        if item.parent is not parent[0] or not all(map(same, read(), then)):
            parent[0] = item.parent
            look_closely()
        if "runtest" in item.__dict__ and not _installed(item.__dict__["runtest"], roots):
            doubt("runtest of %s was replaced" % item.nodeid)

    def look_closely():
        for (label, space, name), old in zip(spots, was):
            if space.get(name) is not old and not _installed(space.get(name), roots):
                doubt("%s was replaced" % label)
        for function, old in zip(functions, codes):
            if function.__code__ is not old:
                doubt("the code of %s was replaced" % function.__qualname__)
        if not all(get(place) is old for get, place, old in own):
            doubt("the reporter was taken apart")
        for text in list(_added(config, known, roots)):
            doubt(text)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection():
        list(_added(config, known, roots))  # what is there before any test module is imported counts against nobody

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish():
        look_closely()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish():
        look_closely()

    return look, {name: hook for name, hook in locals().items() if name.startswith("pytest_")}


def _reader(spots):
    """Reads all spots by one quick call a dictionary. Names that were not there are left to `look_closely`."""
    groups = {}
    for _, space, name in spots:
        if name in space:
            groups.setdefault(id(space), (space, []))[1].append(name)
    getters = [(operator.itemgetter(*names, names[0]), space) for space, names in groups.values()]

    def read():
        try:
            return [value for get, space in getters for value in get(space)]
        except KeyError:
            return [None]

    return read
