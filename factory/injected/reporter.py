"""Tells the controller what pytest really ran. PYTEST_DONT_REWRITE

Injected under a random name. Standard library and pytest only. It records; the controller judges.
What it knows lives in closures: nothing in a module's globals, the environment or a file gives the key away.
"""

import importlib
import json

import pytest

# Its companions have random names too: a file of the repository cannot take their place.
PARTS = ("calls", "canaries", "excuses", "files", "judges", "library", "line", "loaded", "seal", "tracebacks")
calls, canaries, excuses, files, judges, library, line, loaded, seal, tracebacks = [
    importlib.import_module(__name__ + "_" + part) for part in PARTS
]

TEXT = 4000  # characters of a failure that are sent, from its end
CHUNK = 100000  # characters of node ids in a message


class Hooks:
    """A plug-in made of functions: plain, hashable, and with nothing in it but them."""

    def __init__(self, hooks):
        self.__dict__.update(hooks)


def _announce(send, ids):
    part, size = [], 0
    for node in ids:
        part.append(node)
        size += len(node)
        if size > CHUNK:
            send(json.dumps(["ids", part]))
            part, size = [], 0
    send(json.dumps(["ids", part]))


def _session(send, backwards):
    """What was collected, and how the session ended."""
    seen = {}

    def pytest_sessionstart(session):
        seen["session"] = session

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(items):
        if backwards:
            items.reverse()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_finish(session):
        yield
        _announce(send, [item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(node, ids):
        if not seen.get("ids") or node.config.option.dist == "each":  # else all workers collect the same, once
            seen["ids"] = ids
            _announce(send, list(ids))

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


def _common(terms, memory, config, tell, found):
    """What every process that runs tests says of itself. `tell` takes a message, `found` holds what waits."""
    relative = excuses.inside(terms["room"])
    root = relative(str(config.rootpath)) or ""
    opened = found["opened"] if "opened" in found else files.watch(relative, terms, found["doubts"].append)
    own, told = [], set()

    def doubt(text):
        if text not in told:
            told.add(text)
            tell(["doubt", text])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish():
        for text in found["doubts"]:
            doubt(text)
        tell(["opened", dict.copy(opened)])

    look, seals = seal.sealed(config, doubt, own)
    groups = (
        seals,
        excuses.excuses(tell, relative, root),
        library.library(memory, relative, doubt, judges.looker(terms, relative, doubt)),
        loaded.loaded(tell, relative, line.FOLDER),
        canaries.canaries(terms, tell, hasattr(config, "workerinput")),
        {"pytest_sessionfinish": pytest_sessionfinish},
    )
    return root, look, own, groups


def _run_all(terms, config):
    """A known red must not hide what comes after it. Each process of xdist counts for itself."""
    if terms["run_all"]:
        config.option.maxfail = 0


def _as_worker(config, terms, memory, found):
    """The hooks of a pytest-xdist worker: nothing connects; reports are signed, the rest goes home at the end."""
    key, says = bytes.fromhex(terms["key"]), []
    _run_all(terms, config)
    _, look, own, common = _common(terms, memory, config, says.append, found)

    @pytest.hookimpl(trylast=True)  # and the last of these: the last to be registered
    def pytest_sessionfinish():
        text = json.dumps(says)
        config.workeroutput["stampmill"] = [text, line.tag(key, "worker", text)]

    goodbye = {"pytest_sessionfinish": pytest_sessionfinish}
    groups = (calls.worker(key, look), *common, goodbye)
    own += seal.parts(hook for group in groups for hook in group.values())
    return groups


def _as_master(config, descriptor, terms, memory, found):
    """The hooks of the process that answers for the session."""
    key, dumps = bytes.fromhex(terms.pop("key")), json.dumps
    send = line.sender(descriptor, key)
    option = config.option
    _run_all(terms, config)
    root, look, own, common = _common(terms, memory, config, lambda message: send(dumps(message)), found)
    says = {name: bool(getattr(option, name, False)) for name in ("collectonly", "setuponly", "setupplan")}
    send(dumps(["start", dict(says, pytest=pytest.__version__, root=root)]))
    truth, ended = calls.here(key, look)
    recorder, session = calls.recorder(send, calls.witness(key, ended)), _session(send, terms["backwards"])
    groups = (recorder, truth, session, *common, _workers(send, key, terms))
    own += seal.parts(hook for group in groups for hook in group.values())
    return groups


def _enter():
    """Connects now, before any conftest or test module can run; returns the one hook that goes on from here."""
    address, memory, found = line.forget(__name__), library.Memory(), {"doubts": []}
    tracebacks.once()
    connected = [line.connect(address)] if address else []
    if connected:
        terms = connected[0][1]
        found["opened"] = files.watch(excuses.inside(terms["room"]), terms, found["doubts"].append)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(config):
        handed = getattr(config, "workerinput", {}).pop("stampmill", None)
        if connected:
            groups = _as_master(config, *connected.pop(), memory, found)
        elif handed:
            groups = _as_worker(config, json.loads(handed), memory, found)
        else:
            groups = ()
        for hooks in groups:
            config.pluginmanager.register(Hooks(hooks))

    return pytest_configure


pytest_configure = _enter()
