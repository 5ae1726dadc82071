"""Who raised a skip or an expected failure, and what a file is called in the room. PYTEST_DONT_REWRITE"""

import os
import unittest

import pytest

EXCUSES = (pytest.skip.Exception, unittest.SkipTest, pytest.xfail.Exception)


def inside(room):
    """`relative(path)`: the path from the room on ("" for the room itself), or None for what lies elsewhere."""
    here, clean = os.getcwd(), os.path.normpath
    roots = tuple(root.rstrip("/") + "/" for root in dict.fromkeys((room, os.path.realpath(room)))) if room else ()

    def relative(path):
        if path[:1] == "<" or not roots:
            return None
        if path[:1] != "/":
            path = here + "/" + path
        if "/." in path or "//" in path:
            path = clean(path)
        for root in roots:
            if path.startswith(root):
                return path[len(root) :]
            if path == root[:-1]:
                return ""
        return None

    return relative


def _raiser(relative, error):
    """The innermost file of the room on an excuse's way; "" where there is none (a mark), None for no excuse.

    unittest raises pytest's skip while it handles the one that the code raised.
    """
    if not isinstance(error, EXCUSES):
        return None
    for _ in range(5):
        found, trace = "", error.__traceback__
        while trace is not None:
            found = relative(trace.tb_frame.f_code.co_filename) or found
            trace = trace.tb_next
        error = error.__context__
        if found or not isinstance(error, EXCUSES):
            break
    return found


def _is_marked(item):
    """Whether unittest's own marks are on the test or its class. Before Python 3.11 it tells of any skip in one way."""
    both = (item.cls, getattr(item.cls, item.name, None))
    names = ("__unittest_skip__", "__unittest_expecting_failure__")
    return any(getattr(thing, name, False) for thing in both for name in names)


def _is_empty(item):
    """Whether pytest made one test of an empty set of parameters."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    return any(type(value).__name__ == "NotSetType" for value in params.values())


def excuses(send, relative, root):
    """`send(message)`: ["excuse", node, who] and, where an id does not begin at `root`, ["place", file, path]."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(item, call):
        kept = item.__dict__.get("_excinfo")  # where pytest's unittest items put theirs
        info = kept[0] if kept else call.excinfo
        if info is not None:
            who = _raiser(relative, info.value)
            if who == "" and kept and not _is_marked(item):
                who = "?"
            if who is not None:
                send(["excuse", item.nodeid, "empty" if _is_empty(item) else who])

    def placed(collector):
        at = relative(str(getattr(collector, "path", None) or collector.fspath))
        file = collector.nodeid.partition("::")[0]
        if at and at != "/".join(part for part in (root, file) if part):
            send(["place", file, at])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(collector):
        if isinstance(collector, pytest.File) and not isinstance(collector, pytest.Package):
            placed(collector)
        outcome = yield
        report = outcome.get_result()
        info = getattr(report.__dict__.get("call"), "excinfo", None)
        who = _raiser(relative, info.value) if info is not None else None
        if who is not None:
            send(["excuse", collector.nodeid, who])

    return {
        "pytest_runtest_makereport": pytest_runtest_makereport,
        "pytest_make_collect_report": pytest_make_collect_report,
    }
