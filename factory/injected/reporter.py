"""Tells the controller what pytest really ran. PYTEST_DONT_REWRITE

Injected under a random name. Standard library and pytest only. It records; the controller judges.
What it knows lives in closures: nothing in a module's globals, the environment or a file gives the key away.
"""

import importlib
import json

import pytest

# Its companions have random names too: a file of the repository cannot take their place.
canaries = importlib.import_module(__name__ + "_canaries").canaries
line = importlib.import_module(__name__ + "_line")
sealed = importlib.import_module(__name__ + "_seal").sealed

PHASES = ("setup", "call", "teardown")
TEXT = 4000  # characters of a failure that are sent, from its end
CHUNK = 500  # node ids a message


class Hooks:
    """A plug-in made of functions: plain, hashable, and with nothing in it but them."""

    def __init__(self, hooks):
        self.__dict__.update(hooks)


def _truth(keep, look):
    """How each phase really ended, seen by the innermost wrapper and in the report as all other plug-ins left it."""
    raised = set()

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(item):
        look(item)
        outcome = yield
        if outcome.excinfo is not None:
            raised.add(item.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(item, call):
        outcome = yield
        if outcome.excinfo is None:
            fell = call.excinfo is not None
            if raised and call.when == "call" and item.nodeid in raised:
                raised.discard(item.nodeid)
                fell = True
            keep(outcome.get_result(), fell)

    return {"pytest_runtest_call": pytest_runtest_call, "pytest_runtest_makereport": pytest_runtest_makereport}


def _here():
    """Reports of this process: kept when made, asked for when logged."""
    made = {}

    def keep(report, fell):
        fields = report.__dict__
        made[fields["when"]] = (report.nodeid, fields["outcome"], fell)

    def witness(node, fields):
        found = made.pop(fields["when"], None)
        return found if found is not None and found[0] == node else None

    return keep, witness


def _there(key, remote):
    """Reports of another process (pytest-xdist): signed by the worker when made, checked here when logged."""

    def keep(report, fell):
        fields = report.__dict__
        outcome, word = fields["outcome"], "fell" if fell else ""
        fields["stampmill"] = [outcome, word, line.tag(key, report.nodeid, fields["when"], outcome, word)]

    def witness(node, fields):
        outcome, word, tag = fields.pop("stampmill", None) or ("", "", "")
        if tag and tag == line.tag(key, node, fields["when"], outcome, word):
            return node, outcome, bool(word)
        return None

    return keep, (witness if remote else None)


def _phase(fields, seen):
    """[when, outcome, xfail, flag]. Flags: `?` a report of what did not run here, `!` one better than the truth."""
    when, outcome = fields["when"], fields["outcome"]
    if "context" in fields:  # a subtest
        return ["sub", outcome, 0, ""]
    if seen is None:
        flag = "?" if when in PHASES else ""
    else:
        flag = "!" if outcome == "passed" and (seen[2] or seen[1] == "failed") else ""
    return [when, outcome, 1 if "wasxfail" in fields else 0, flag]


def _recorder(send, witness):
    """One message a test, when its last phase is logged."""
    phases, quote, green = {}, json.encoder.encode_basestring_ascii, [[w, "passed", 0, ""] for w in PHASES]

    def flush(node, parts, seconds, text):
        if parts == green:
            send('["g",%s,%.6f]' % (quote(node), seconds))
        else:
            send(json.dumps(["t", node, parts, seconds, text]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(report):
        fields = report.__dict__
        node, when = report.nodeid, fields["when"]
        parts, seconds, text = phases.pop(node, None) or ([], 0.0, "")
        parts.append(_phase(fields, witness(node, fields)))
        if fields["outcome"] == "failed":
            text = (text + "\n" + str(fields.get("longrepr", "")))[-TEXT:]
        seconds += fields.get("duration", 0.0)
        if when == "teardown" or when not in PHASES:
            flush(node, parts, seconds, text)
        else:
            phases[node] = (parts, seconds, text)

    return {"pytest_runtest_logreport": pytest_runtest_logreport}


def _session(send):
    """What was collected, and how the session ended."""
    seen = {}

    def pytest_sessionstart(session):
        seen["session"] = session

    def announce(ids):
        for start in range(0, len(ids), CHUNK):
            send(json.dumps(["ids", ids[start : start + CHUNK]]))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_finish(session):
        yield
        announce([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(ids):
        if not seen.get("ids"):
            seen["ids"] = ids
            announce(list(ids))

    def pytest_collectreport(report):
        if report.outcome != "passed":
            text = str(report.longrepr)[-TEXT:] if report.outcome == "failed" else ""
            send(json.dumps(["collect", report.nodeid, report.outcome, text]))

    def pytest_keyboard_interrupt(excinfo):
        send(json.dumps(["stop", "%s: %s" % (excinfo.typename, excinfo.value)]))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure():
        status = getattr(seen.get("session"), "exitstatus", -1)
        send(json.dumps(["bye", int(status)]))
        send(None)

    return {name: hook for name, hook in locals().items() if name.startswith("pytest_")}


def _workers(send, key, terms):
    """The controlling side of pytest-xdist: hands each worker its terms, takes what it found."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(config):
        was = config.invocation_params  # workers parse the command line anew, without the environment that we cleaned
        args = ("-p", __name__, "--continue-on-collection-errors", *was.args)
        config.invocation_params = type(was)(args=args, plugins=was.plugins, dir=was.dir)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(node):
        node.workerinput["stampmill"] = json.dumps(dict(terms, key=key.hex()))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(node, error):
        text, tag = (getattr(node, "workeroutput", None) or {}).get("stampmill") or ("", "")
        if tag and tag == line.tag(key, "worker", text):
            for message in json.loads(text):
                send(json.dumps(message))
        elif not error:
            send(json.dumps(["bad", "an xdist worker gave no account of itself"]))

    return {name: hook for name, hook in locals().items() if name.startswith("pytest_")}


def _as_worker(config, terms):
    """The hooks of a pytest-xdist worker: nothing connects; reports are signed, the rest goes home at the end."""
    key, found = bytes.fromhex(terms["key"]), []
    keep, _ = _there(key, remote=False)
    look, seals = sealed(config, lambda text: found.append(["doubt", text]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish():
        text = json.dumps(found)
        config.workeroutput["stampmill"] = [text, line.tag(key, "worker", text)]

    goodbye = {"pytest_sessionfinish": pytest_sessionfinish}
    return goodbye, _truth(keep, look), seals, canaries(terms, found.append, True)


def _as_master(config, descriptor, terms):
    """The hooks of the process that answers for the session."""
    key = bytes.fromhex(terms.pop("key"))
    send = line.sender(descriptor, key)
    option = config.option
    if terms["run_all"]:
        option.maxfail = 0
    says = {name: bool(getattr(option, name, False)) for name in ("collectonly", "setuponly", "setupplan")}
    send(json.dumps(["start", dict(says, pytest=pytest.__version__)]))
    keep, here = _here()
    _, there = _there(key, remote=True)
    look, seals = sealed(config, lambda text: send(json.dumps(["doubt", text])))
    recorder = _recorder(send, lambda node, fields: (there if "stampmill" in fields else here)(node, fields))
    songs = canaries(terms, lambda message: send(json.dumps(message)), False)
    return recorder, _truth(keep, look), _session(send), seals, _workers(send, key, terms), songs


def _enter():
    """Connects now, before any conftest or test module can run; returns the one hook that goes on from here."""
    address = line.forget(__name__)
    calls = [line.connect(address)] if address else []

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(config):
        handed = getattr(config, "workerinput", {}).pop("stampmill", None)
        if calls:
            groups = _as_master(config, *calls.pop())
        elif handed:
            groups = _as_worker(config, json.loads(handed))
        else:
            groups = ()
        for hooks in groups:
            config.pluginmanager.register(Hooks(hooks))

    return pytest_configure


pytest_configure = _enter()
