"""Two tests that nobody asked for: one must fail, one must pass. PYTEST_DONT_REWRITE

They go through the same runner as their neighbours, in a set-up stack of their own, and are never logged: so they
show a runner (or an assertion rewriter) that calls everything green or red, and change no count, no exit code, no -x.
"""

import importlib
import os
import pathlib
import sys

import pytest

FOLDER = os.path.dirname(os.path.abspath(__file__))
KINDS = ("fails", "passes")


def _below(total):
    return int.from_bytes(os.urandom(4), "big") % total  # never `random`: the tests' own seed must not move


def _module(session, name):
    """A pytest module over the canaries' file, imported with assertions rewritten as they are for any test."""
    if name not in sys.modules:
        pytest.register_assert_rewrite(name)
    sys.path.insert(0, FOLDER)
    try:
        loaded = importlib.import_module(name)
    finally:
        sys.path.remove(FOLDER)
    path = pathlib.Path(loaded.__file__)
    if int(pytest.__version__.split(".")[0]) < 7:
        module = pytest.Module.from_parent(session, fspath=session.fspath.__class__(str(path)))
    else:
        module = pytest.Module.from_parent(session, path=path)
    module._obj = loaded
    return module


def _run(session, module, function):
    """The outcome of each phase. The runner is looked up by name each time: a patched one is what we want to meet."""
    from _pytest.fixtures import FuncFixtureInfo

    nothing = FuncFixtureInfo(argnames=(), initialnames=(), names_closure=[], name2fixturedefs={})
    item = pytest.Function.from_parent(
        module, name=function, callobj=getattr(module._obj, function), fixtureinfo=nothing
    )
    before = session._setupstate
    session._setupstate = type(before)()
    try:
        reports = sys.modules["_pytest.runner"].runtestprotocol(item, log=False, nextitem=None)
        return {report.__dict__["when"]: report.__dict__["outcome"] for report in reports}
    finally:
        session._setupstate = before


def canaries(terms, tell, worker):
    """The hook that runs both at random places among the tests, and both again after the last one."""
    modules, places, count = [], {}, [0]

    def sing(session, kind):
        try:
            if not modules:
                modules.append(_module(session, terms["module"]))
            found = _run(session, modules[0], terms[kind])
        except Exception as error:
            found = {"error": "%s: %s" % (type(error).__name__, error)}
        tell(["canary", kind, found])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item, nextitem):
        if not places:
            total = 1 if worker else max(1, len(item.session.items))
            places.update({kind: _below(total) for kind in KINDS})
        index, count[0] = count[0], count[0] + 1
        for kind in KINDS:
            if places[kind] == index:
                sing(item.session, kind)
        yield
        if nextitem is None:
            for kind in KINDS:
                sing(item.session, kind)

    return {"pytest_runtest_protocol": pytest_runtest_protocol}
