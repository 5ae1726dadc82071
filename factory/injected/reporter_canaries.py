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
    """The hooks that run each before a random test, and both when all is over: never within a test's own protocol,
    where a plug-in may have put its hands on the runner for that test alone."""
    modules, places, begun, sessions = [], {}, [0], []

    def sing(kind):
        try:
            if not modules:
                modules.append(_module(sessions[0], terms["module"]))
            found = _run(sessions[0], modules[0], terms[kind])
        except Exception as error:
            found = {"error": "%s: %s" % (type(error).__name__, error)}
        tell(["canary", kind, found])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(session):
        sessions.append(session)
        total = 1 if worker else len(getattr(session, "items", ()))  # a worker cannot know how many it will be given
        if total:  # none: pytest-xdist's controlling process, where no test runs
            for kind in KINDS:
                places.setdefault(_below(total), []).append(kind)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol():
        for kind in places.pop(begun[0], ()):
            sing(kind)
        begun[0] += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish():
        if begun[0]:
            for kind in KINDS:
                sing(kind)

    return {name: hook for name, hook in locals().items() if name.startswith("pytest_")}
