"""How each test's own code ended, and what its reports say of that. PYTEST_DONT_REWRITE"""

import importlib
import json
import os

import pytest

line = importlib.import_module(__name__.rpartition("_")[0] + "_line")

PHASES = ("setup", "call", "teardown")
TEXT = 4000  # characters of a failure that are sent, from its end


def _call_hook(look, ended):
    """The innermost wrapper of a test's own code: what came out of it before anybody could put it away."""

    def end(item, raised):
        ended(item.nodeid, raised or bool(item.__dict__.get("_excinfo")))  # where pytest's unittest items put theirs

    def new(item):
        look(item)
        try:
            result = yield
        except BaseException:
            end(item, True)
            raise
        end(item, False)
        return result

    def old(item):
        look(item)
        outcome = yield
        end(item, outcome.excinfo is not None)

    try:
        return pytest.hookimpl(wrapper=True, trylast=True)(new)
    except TypeError:  # pluggy before 1.2
        return pytest.hookimpl(hookwrapper=True, trylast=True)(old)


def _sealing(key, calls, away):
    """Each report takes the truth home with it, under a seal, where it goes to another process (`away()`)."""

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(item, call):
        outcome = yield
        if call.when == "call" and outcome.excinfo is None and away():
            word = "fell" if calls.pop(item.nodeid, True) else "ran"
            outcome.get_result().__dict__["stampmill"] = [word, line.tag(key, item.nodeid, word)]

    return pytest_runtest_makereport


def here(key, look):
    """Tests of this process: how each call ended, asked for when its report is logged. One that a plug-in runs in a
    forked child sends its report home."""
    calls, getpid, owner = {}, os.getpid, os.getpid()
    seal = _sealing(key, calls, lambda: getpid() != owner)
    return {"pytest_runtest_call": _call_hook(look, calls.__setitem__), "pytest_runtest_makereport": seal}, calls.pop


def worker(key, look):
    """Tests of a pytest-xdist worker."""
    calls = {}
    seal = _sealing(key, calls, lambda: True)
    return {"pytest_runtest_call": _call_hook(look, calls.__setitem__), "pytest_runtest_makereport": seal}


def witness(key, ended):
    """Whether a call raised, by the report's seal or by what was seen here; None where nobody saw it run."""

    def saw(node, fields):
        if "stampmill" not in fields:
            return ended(node, None)
        word, tag = fields.pop("stampmill")
        return word == "fell" if tag == line.tag(key, node, word) else None

    return saw


def recorder(send, saw):
    """One message a test, when its last phase is logged. A phase is [when, outcome, xfail, flag]; flags: `?` a call
    that nobody saw run, `!` one that raised and is said to have passed."""
    phases, quote = {}, json.encoder.encode_basestring_ascii
    passed = {when: [when, "passed", 0, ""] for when in PHASES}
    green, around = list(passed.values()), {"setup", "teardown"}

    def flush(node, parts, seconds, text):
        if parts == green:
            send('["g",%s,%.6f]' % (quote(node), seconds), False)
        else:
            send(json.dumps(["t", node, parts, seconds, text]))

    def odd(node, when, fields):
        outcome, flag = fields["outcome"], ""
        if "context" in fields:
            return ["sub", outcome, 0, ""]
        if when == "call":
            fell = saw(node, fields)
            flag = "?" if fell is None else "!" if fell and outcome == "passed" else ""
        return [when, outcome, 1 if "wasxfail" in fields else 0, flag]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(report):
        fields, node = report.__dict__, report.nodeid
        when, outcome = fields["when"], fields["outcome"]
        place = node, fields.get("node")  # and which worker of pytest-xdist: by `--dist each` all of them run it
        entry = phases.get(place)
        if entry is None:
            entry = phases[place] = [[], 0.0, ""]
        if outcome == "passed" and when in around and "wasxfail" not in fields:
            entry[0].append(passed[when])
        else:
            entry[0].append(odd(node, when, fields))
        if outcome == "failed":
            entry[2] = (entry[2] + "\n" + str(fields.get("longrepr", "")))[-TEXT:]
        entry[1] += fields.get("duration", 0.0)
        if when == "teardown" or when not in passed:
            flush(node, *phases.pop(place))

    return {"pytest_runtest_logreport": pytest_runtest_logreport}
