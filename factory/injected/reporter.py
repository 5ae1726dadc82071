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
seal = importlib.import_module(__name__ + "_seal")

PHASES = ("setup", "call", "teardown")
TEXT = 4000  # characters of a failure that are sent, from its end
CHUNK = 100000  # characters of node ids in a message


class Hooks:
    """A plug-in made of functions: plain, hashable, and with nothing in it but them."""

    def __init__(self, hooks):
        self.__dict__.update(hooks)


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


def _here(look):
    """Tests of this process: how each call ended, asked for when its report is logged."""
    calls = {}
    return {"pytest_runtest_call": _call_hook(look, calls.__setitem__)}, calls.pop


def _worker(key, look):
    """Tests of a pytest-xdist worker: each report takes the truth home with it, under a seal."""
    calls = {}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(item, call):
        outcome = yield
        if call.when == "call" and outcome.excinfo is None:
            word = "fell" if calls.pop(item.nodeid, True) else "ran"
            outcome.get_result().__dict__["stampmill"] = [word, line.tag(key, item.nodeid, word)]

    call_hook = _call_hook(look, calls.__setitem__)
    return {"pytest_runtest_call": call_hook, "pytest_runtest_makereport": pytest_runtest_makereport}


def _witness(key, calls):
    """Whether a call raised, by the report's seal or by what was seen here; None where nobody saw it run."""

    def witness(node, fields):
        if "stampmill" not in fields:
            return calls(node, None)
        word, tag = fields.pop("stampmill")
        return word == "fell" if tag == line.tag(key, node, word) else None

    return witness


def _recorder(send, witness):
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
            fell = witness(node, fields)
            flag = "?" if fell is None else "!" if fell and outcome == "passed" else ""
        return [when, outcome, 1 if "wasxfail" in fields else 0, flag]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(report):
        fields, node = report.__dict__, report.nodeid
        when, outcome = fields["when"], fields["outcome"]
        entry = phases.get(node)
        if entry is None:
            entry = phases[node] = [[], 0.0, ""]
        if outcome == "passed" and when in around and "wasxfail" not in fields:
            entry[0].append(passed[when])
        else:
            entry[0].append(odd(node, when, fields))
        if outcome == "failed":
            entry[2] = (entry[2] + "\n" + str(fields.get("longrepr", "")))[-TEXT:]
        entry[1] += fields.get("duration", 0.0)
        if when == "teardown" or when not in passed:
            flush(node, *phases.pop(node))

    return {"pytest_runtest_logreport": pytest_runtest_logreport}


def _session(send):
    """What was collected, and how the session ended."""
    seen = {}

    def pytest_sessionstart(session):
        seen["session"] = session

    def announce(ids):
        part, size = [], 0
        for node in ids:
            part.append(node)
            size += len(node)
            if size > CHUNK:
                send(json.dumps(["ids", part]))
                part, size = [], 0
        send(json.dumps(["ids", part]))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_finish(session):
        yield
        announce([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(node, ids):
        if not seen.get("ids") or node.config.option.dist == "each":  # else all workers collect the same, once
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
    own = []
    look, seals = seal.sealed(config, lambda text: found.append(["doubt", text]), own)
    songs = canaries(terms, found.append, True)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish():
        text = json.dumps(found)
        config.workeroutput["stampmill"] = [text, line.tag(key, "worker", text)]

    goodbye = {"pytest_sessionfinish": pytest_sessionfinish}
    groups = goodbye, _worker(key, look), seals, songs
    own += seal.parts(hook for group in groups for hook in group.values())
    return groups


def _as_master(config, descriptor, terms):
    """The hooks of the process that answers for the session."""
    key = bytes.fromhex(terms.pop("key"))
    send = line.sender(descriptor, key)
    option = config.option
    if terms["run_all"]:
        option.maxfail = 0
    says = {name: bool(getattr(option, name, False)) for name in ("collectonly", "setuponly", "setupplan")}
    send(json.dumps(["start", dict(says, pytest=pytest.__version__)]))
    own = []
    look, seals = seal.sealed(config, lambda text: send(json.dumps(["doubt", text])), own)
    truth, calls = _here(look)
    songs = canaries(terms, lambda message: send(json.dumps(message)), False)
    recorder, session = _recorder(send, _witness(key, calls)), _session(send)
    groups = recorder, truth, session, seals, _workers(send, key, terms), songs
    own += seal.parts(hook for group in groups for hook in group.values())
    return groups


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
