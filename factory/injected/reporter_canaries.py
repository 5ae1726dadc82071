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


def _protocol(item):
    """The runner is looked up by name each time: a patched one is what we want to meet."""
    return sys.modules["_pytest.runner"].runtestprotocol(item, log=False, nextitem=None)


def _run(session, module, function, protocol):
    """The outcome of each phase."""
    from _pytest.fixtures import FuncFixtureInfo

    nothing = FuncFixtureInfo(argnames=(), initialnames=(), names_closure=[], name2fixturedefs={})
    item = pytest.Function.from_parent(
        module, name=function, callobj=getattr(module._obj, function), fixtureinfo=nothing
    )
    before = session._setupstate
    session._setupstate = type(before)()
    try:
        reports = protocol(item)
        return {report.__dict__["when"]: report.__dict__["outcome"] for report in reports}
    finally:
        session._setupstate = before


def _wraps(impl):
    return impl.hookwrapper or getattr(impl, "wrapper", False)


def _within(session, own, waiting, item):
    """A protocol within what plug-ins put round a test's: some hooks of theirs count on it. `own` is the hook that
    takes what is `waiting`."""
    every = session.config.hook.pytest_runtest_protocol.get_hookimpls()
    others = [one for one in every if one.function is not own and not _wraps(one)]
    waiting.append(item)
    try:
        around = session.config.pluginmanager.subset_hook_caller(
            "pytest_runtest_protocol", [one.plugin for one in others]
        )
        around(item=item, nextitem=item)
    finally:
        reports = waiting.pop()
    return reports


def canaries(terms, tell, worker):
    """The hooks that run each before a random test, and both when all is over: never within a test's own protocol,
    where a plug-in may have put its hands on the runner for that test alone."""
    modules, places, begun, sessions, waiting = [], {}, [0], [], []

    def wrapped(item):
        return _within(sessions[0], pytest_runtest_protocol, waiting, item)

    def sing(kind, protocol=_protocol):
        try:
            if not modules:
                modules.append(_module(sessions[0], terms["module"]))
            found = _run(sessions[0], modules[0], terms[kind], protocol)
        except Exception as error:
            found = {"error": "%s: %s" % (type(error).__name__, error)}
        if "call" not in found and protocol is _protocol:
            return sing(kind, wrapped)
        return tell(["canary", kind, found])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(session):
        sessions.append(session)
        total = 1 if worker else len(getattr(session, "items", ()))  # a worker cannot know how many it will be given
        if total:  # none: pytest-xdist's controlling process, where no test runs
            for kind in KINDS:
                places.setdefault(_below(total), []).append(kind)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item):
        if waiting and item is waiting[0]:
            waiting[0] = _protocol(item)
            return True
        for kind in places.pop(begun[0], ()):
            sing(kind)
        begun[0] += 1
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish():
        if begun[0]:
            for kind in KINDS:
                sing(kind)

    return {name: hook for name, hook in locals().items() if name.startswith("pytest_")}
