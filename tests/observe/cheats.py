"""Ways to make a wrong test look right, each as the content of test_a.py beside a test that must fail.

Every one of them would fool a gate that trusts the exit code (`CODE_0`) or the summary.
"""

from __future__ import annotations

WRONG = "def test_wrong():\n    assert 1 == 2\n"
END = "\n\ndef test_a():\n    pass\n"

CODE_0 = {
    "os._exit at import": "import os\nos._exit(0)\n",
    "os._exit in a test": "import os\ndef test_a():\n    os._exit(0)\n",
    "os._exit in a fixture": """
import os, pytest
@pytest.fixture
def end():
    os._exit(0)
def test_a(end):
    pass
""",
    "pytest.exit": "import pytest\ndef test_a():\n    pytest.exit('done', returncode=0)\n",
    "an exit hook ends with 0": "import atexit, os\natexit.register(os._exit, 0)" + END,
    "a fake summary": """
import os, sys
def test_a():
    os.write(1, b"\\n2 passed in 0.01s\\n")
    os._exit(0)
""",
    "call_and_report calls all green": """
import _pytest.runner as runner
real = runner.call_and_report
def fake(item, when, log=True, **kw):
    report = real(item, when, log=False, **kw)
    report.outcome, report.longrepr = "passed", None
    if log:
        item.ihook.pytest_runtest_logreport(report=report)
    return report
runner.call_and_report = fake
"""
    + END,
    "call_and_report runs nothing of one test": """
import _pytest.runner as runner
real = runner.call_and_report
def fake(item, when, log=True, **kw):
    if item.name == "test_wrong" and when == "call":
        item.obj = lambda: None
    return real(item, when, log, **kw)
runner.call_and_report = fake
"""
    + END,
    "from_item_and_call forgets the exception": """
from _pytest.reports import TestReport
real = TestReport.from_item_and_call.__func__
def fake(cls, item, call):
    report = real(cls, item, call)
    report.outcome, report.longrepr = "passed", None
    return report
TestReport.from_item_and_call = classmethod(fake)
"""
    + END,
    "from_item_and_call, for one test": """
from _pytest.reports import TestReport
real = TestReport.from_item_and_call.__func__
def fake(cls, item, call):
    report = real(cls, item, call)
    if item.name == "test_wrong":
        report.outcome, report.longrepr = "passed", None
    return report
TestReport.from_item_and_call = classmethod(fake)
"""
    + END,
    "TestReport.failed is never true": """
from _pytest.reports import TestReport
TestReport.passed = property(lambda self: True)
TestReport.failed = property(lambda self: False)
"""
    + END,
    "from_call swallows": """
from _pytest.runner import CallInfo
real = CallInfo.from_call.__func__
def fake(cls, func, when, reraise=None):
    def quiet():
        try:
            return func()
        except Exception:
            return None
    return real(cls, quiet, when, reraise)
CallInfo.from_call = classmethod(fake)
"""
    + END,
    "code of from_call replaced": """
from _pytest.runner import CallInfo
real = CallInfo.from_call.__func__
def fake(cls, func, when, reraise=None):
    return cls(result=None, excinfo=None, start=0.0, stop=0.0, duration=0.0, when=when, _ispytest=True)
real.__code__ = fake.__code__
"""
    + END,
    "the assertion rewriter drops assertions": """
import ast
from _pytest.assertion.rewrite import AssertionRewriter
AssertionRewriter.visit_Assert = lambda self, node: [ast.copy_location(ast.Pass(), node)]
"""
    + END,
    "the rewriter drops one file's assertions": """
import ast
from _pytest.assertion.rewrite import AssertionRewriter
real = AssertionRewriter.visit_Assert
def fake(self, node):
    wrong = "test_wrong" in str(self.module_path)
    return [ast.copy_location(ast.Pass(), node)] if wrong else real(self, node)
AssertionRewriter.visit_Assert = fake
"""
    + END,
    "the session's logreport is taken off": """
import pytest
@pytest.fixture(autouse=True, scope="session")
def quiet(pytestconfig):
    pytestconfig.hook.pytest_runtest_logreport = lambda **kw: None
"""
    + END,
    "the session forgets its failures": """
import pytest
@pytest.fixture(autouse=True, scope="session")
def quiet(request):
    yield
    type(request.session).testsfailed = property(lambda self: 0, lambda self, value: None)
    vars(request.session).pop("testsfailed", None)
"""
    + END,
    "the reporter is unregistered": """
import pytest
@pytest.fixture(autouse=True, scope="session")
def quiet(pytestconfig):
    manager = pytestconfig.pluginmanager
    for plugin in list(manager.get_plugins()):
        if "bserver" in str(getattr(plugin, "__name__", type(plugin).__module__)):
            manager.unregister(plugin)
    yield
def test_b(request):
    del request.session.items[2:]
"""
    + END,
    "the rest of the tests is thrown away": "def test_a(request):\n    del request.session.items[1:]\n",
    "a hook calls tests instead of pytest": """
import pytest
class Calm:
    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        return True
@pytest.fixture(autouse=True, scope="session")
def calm(pytestconfig):
    pytestconfig.pluginmanager.register(Calm())
"""
    + END,
    "a hook swallows one test": """
import gc, pytest
from _pytest.config import Config
class Calm:
    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        return True if pyfuncitem.name == "test_wrong" else None
[c for c in gc.get_objects() if isinstance(c, Config)][0].pluginmanager.register(Calm())
"""
    + END,
    "an innermost hook swallows the exception": """
import gc, pytest
from _pytest.config import Config
class Calm:
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item):
        outcome = yield
        if item.name == "test_wrong":
            outcome.force_result([])
[c for c in gc.get_objects() if isinstance(c, Config)][0].pluginmanager.register(Calm())
"""
    + END,
    "a report hook paints it green": """
import gc, pytest
from _pytest.config import Config
class Calm:
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        report = (yield).get_result()
        report.outcome, report.longrepr = "passed", None
[c for c in gc.get_objects() if isinstance(c, Config)][0].pluginmanager.register(Calm())
"""
    + END,
    "every hook call swallows": """
import pluggy, sys
for name, module in list(sys.modules.items()):
    if name.startswith("pluggy.") and hasattr(module, "_multicall"):
        real = module._multicall
        def fake(hook_name, methods, kwargs, firstresult, real=real):
            if hook_name == "pytest_runtest_call":
                return []
            return real(hook_name, methods, kwargs, firstresult)
        module._multicall = fake
import gc
from _pytest.config import Config
for config in [c for c in gc.get_objects() if isinstance(c, Config)]:
    config.pluginmanager._inner_hookexec = fake
"""
    + END,
    "collect-only is switched on": """
import pytest, gc
from _pytest.config import Config
for config in [c for c in gc.get_objects() if isinstance(c, Config)]:
    config.option.collectonly = True
"""
    + END,
    "setup-only is switched on": """
import pytest, gc
from _pytest.config import Config
for config in [c for c in gc.get_objects() if isinstance(c, Config)]:
    config.option.setuponly = True
"""
    + END,
    "bytes on the reporter's descriptor": """
import os, stat
def test_a():
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                os.write(int(name), b'["g","test_wrong.py::test_wrong",0.1]')
        except OSError:
            pass
    os._exit(0)
""",
    "the reporter's descriptor is closed": "import os\ndef test_a():\n    os.closerange(3, 4096)\n    os._exit(0)\n",
    "a second connection": """
import os, socket
def test_a():
    given = dict(p.split("=", 1) for p in open("/proc/self/environ").read().split("\\0") if "=" in p)
    link = socket.socket(socket.AF_UNIX)
    link.connect(given["STAMPMILL_OBSERVER"])
    link.sendall(bytes(40))
    link.recv(4096)
    os._exit(0)
""",
    "a child that connects when all is over": """
import atexit, os, subprocess, sys
given = dict(p.split("=", 1) for p in open("/proc/self/environ").read().split("\\0") if "=" in p)
at_end = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(4096)"
atexit.register(lambda: (subprocess.call([sys.executable, "-c", at_end, given["STAMPMILL_OBSERVER"]]), os._exit(0)))
"""
    + END,
    "a report logged by hand": """
import pytest
from _pytest.reports import TestReport
def test_a(request):
    for when in ("setup", "call", "teardown"):
        report = TestReport("test_wrong.py::test_wrong", ("", 0, ""), {}, "passed", None, when)
        request.config.hook.pytest_runtest_logreport(report=report)
    del request.session.items[1:]
""",
    "pytest.main a second time": """
import os, pytest
def test_a():
    os._exit(int(pytest.main(["-q", "-k", "nothing_at_all_but_test_b", __file__])) and 0)
def test_b():
    pass
""",
}

CALM = "import contextlib\ncalm = lambda *a, **kw: contextlib.nullcontext()\n"
WRONG_RAISES = """
import pytest, unittest
def test_wrong():
    with pytest.raises(ValueError):
        pass
class TestWrong(unittest.TestCase):
    def test_wrong(self):
        with self.assertRaises(ValueError):
            pass
"""
BY_RAISES = {
    "pytest is replaced in sys.modules": CALM
    + """
import sys, types, unittest, pytest
fake = types.ModuleType("pytest")
vars(fake).update(vars(pytest), raises=calm)
sys.modules["pytest"] = fake
unittest.TestCase.assertRaises = calm
"""
    + END,
    "raises and assertRaises are replaced": CALM
    + """
import unittest, pytest
pytest.raises = calm
unittest.TestCase.assertRaises = calm
"""
    + END,
    "the ends of raises and assertRaises are replaced": """
import unittest.case
from _pytest.raises import RaisesExc
RaisesExc.__exit__ = lambda self, *a: True
unittest.case._AssertRaisesContext.__exit__ = lambda self, *a: True
"""
    + END,
}

FEWER = {  # tests disappear: seen when held against the base
    "deselected by a hook": """
import gc
from _pytest.config import Config
class Few:
    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if item.name != "test_wrong"]
[c for c in gc.get_objects() if isinstance(c, Config)][0].pluginmanager.register(Few())
"""
    + END,
    "the other file is not collected": """
import gc
from _pytest.config import Config
[c for c in gc.get_objects() if isinstance(c, Config)][0].option.keyword = "test_a"
"""
    + END,
    "the other file is marked as skipped": """
import gc, pytest
from _pytest.config import Config
class Few:
    def pytest_collection_modifyitems(self, items):
        for item in items:
            item.add_marker(pytest.mark.skip)
[c for c in gc.get_objects() if isinstance(c, Config)][0].pluginmanager.register(Few())
"""
    + END,
    "the other file is marked as xfail": """
import gc, pytest
from _pytest.config import Config
class Few:
    def pytest_collection_modifyitems(self, items):
        for item in items:
            item.add_marker(pytest.mark.xfail)
[c for c in gc.get_objects() if isinstance(c, Config)][0].pluginmanager.register(Few())
"""
    + END,
}
