"""Source that reaches for what judges it is named; ordinary use of the same modules is let pass."""

from __future__ import annotations

import pytest

from factory.model import Triage
from tests.guards.cases import changed, found, said

FAR = {
    "os._exit": "import os\nos._exit(0)\n",
    "_exit by name": "from os import _exit as leave\nleave(0)\n",
    "_exit by getattr": "import os\ngetattr(os, '_exit')(0)\n",
    "_exit by __import__": "__import__('os')._exit(0)\n",
    "_exit by import_module": "import importlib\nimportlib.import_module('os')._exit(0)\n",
    "_exit handed on": "import atexit, os\natexit.register(os._exit, 0)\n",
    "abort": "import os\nos.abort()\n",
    "_pytest": "import _pytest.runner\n",
    "_pytest by from": "from _pytest.assertion import rewrite\n",
    "_pytest lazily": "def f():\n    from _pytest import runner\n    return runner\n",
    "_pytest by import_module": "import importlib\nimportlib.import_module('_pytest.runner')\n",
    "pytest in source": "import pytest\n",
    "unittest patched": "import unittest\nunittest.TestCase.assertEqual = lambda *a: None\n",
    "unittest patched by setattr": "import unittest\nsetattr(unittest.TestCase, 'assertEqual', None)\n",
    "sys.modules": "import sys\nsys.modules['json'] = object()\n",
    "sys.modules.update": "import sys\nsys.modules.update(json=object())\n",
    "meta_path": "import sys\nsys.meta_path.insert(0, Finder())\n",
    "path_hooks": "import sys\nsys.path_hooks.clear()\n",
    "a finder": "import importlib.abc\nclass F(importlib.abc.MetaPathFinder): pass\n",
    "import replaced": "import builtins\nbuiltins.__import__ = f\n",
    "builtin replaced": "import builtins\nbuiltins.open = f\n",
    "builtin replaced by key": "__builtins__['open'] = f\n",
    "site": "import site\nsite.addsitedir('x')\n",
    "get_objects": "import gc\ngc.get_objects()\n",
    "get_referrers": "import gc\ngc.get_referrers(x)\n",
    "settrace": "import sys\nsys.settrace(f)\n",
    "setprofile": "from sys import setprofile\nsetprofile(f)\n",
    "audit hook": "import sys\nsys.addaudithook(f)\n",
    "pythonapi": "import ctypes\nctypes.pythonapi.Py_Exit(0)\n",
    "/proc/self": "open('/proc/self/fd/3', 'w')\n",
    "/proc/self/environ": "x = '/proc/self/environ'\n",
    "equal to everything": "class A:\n    def __eq__(self, other):\n        return True\n",
    "equal by lambda": "class A:\n    __eq__ = lambda self, other: True\n",
    "atexit writes": "import atexit\ndef late():\n    open('report', 'w').write('passed')\natexit.register(late)\n",
    "atexit as decorator": "import atexit\n@atexit.register\ndef late():\n    path.write_text('y')\n",
    "atexit lambda": "import atexit, pathlib\natexit.register(lambda: pathlib.Path('x').write_text('y'))\n",
    "PYTEST variable": "import os\nif os.environ.get('PYTEST_CURRENT_TEST'): x = 1\n",
    "PYTEST options": "import os\nos.environ['PYTEST_ADDOPTS'] = '-k nothing'\n",
    "asks for pytest": "import sys\nif 'pytest' in sys.modules: x = 1\n",
    "sys.exit replaced": "import sys\nsys.exit = print\n",
    "pytest.exit": "from pytest import exit\n",
    "its caller's variables": "import sys\nx = sys._getframe(1).f_locals['want']\n",
    "its caller's constants": "import inspect\nx = inspect.currentframe().f_back.f_code.co_consts\n",
    "its caller's line": "import traceback\nx = traceback.extract_stack(limit=2)[0].line\n",
    "asks for the program's name": "import sys\nif 'pytest' in sys.argv[0]: x = 1\n",
    "asks for the program's end": "import sys\nif sys.argv[0].endswith('/pytest/__main__.py'): x = 1\n",
    "asks for loaded names": "import sys\nx = any(m.startswith('pytest') for m in sys.modules)\n",
    "asks for loaded names in a filter": "import sys\nx = [m for m in sys.modules if m == 'unittest']\n",
    "asks for loaded names in a loop": "import sys\nfor m in sys.modules:\n    if '_pytest' == m: x = 1\n",
    "asks by get": "import sys\nif sys.modules.get('pytest'): x = 1\n",
    "asks for any variable": "import os\nx = any(k.startswith('PYTEST') for k in os.environ)\n",
    "asks who calls": "import sys\nx = sys._getframe(1).f_code.co_name.startswith('test_')\n",
    "asks who calls, by inspect": "import inspect\nx = 'tests/' in inspect.stack()[1].filename\n",
    "equal in two steps": "class A:\n    def __eq__(self, other):\n        log(other)\n        return other == other\n",
    "equal either way": "class A:\n    def __eq__(self, o):\n        if o:\n            return True\n        return 1\n",
    "equal to objects": "class A:\n    def __eq__(self, other):\n        return isinstance(other, object)\n",
    "its caller's lines": "from inspect import stack\nx = stack()[1].code_context\n",
}

NEAR = {
    "sys.exit": "import sys\nsys.exit(1)\n",
    "its caller's module": "import sys\nx = sys._getframe(1).f_globals['__name__']\n",
    "variables of an error": "import sys\nx = sys.exc_info()[2].tb_frame.f_locals\n",
    "a line of its own": "import inspect\nx = inspect.currentframe().f_lineno\ny = text.line\n",
    "its caller's name for a log": "import sys\nlog(sys._getframe(1).f_code.co_name)\nx = name.startswith('test_')\n",
    "starts pytest": "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pytest', *sys.argv[1:]])\n",
    "its own arguments": "import sys\nif '--help' in sys.argv or sys.argv[0].endswith('shop'): x = 1\n",
    "loaded names": "import sys\nx = [m for m in sys.modules if m.startswith('shop.')]\n",
    "equal or not its kind": "class A:\n    def __eq__(self, o):\n        if self is o:\n            return True\n        return NotImplemented\n",
    "equal by kind": "class A:\n    def __eq__(self, other):\n        return isinstance(other, A)\n",
    "getpid": "import os\nos.getpid()\n",
    "import_module": "import importlib\nimportlib.import_module('json')\nimportlib.import_module(name)\n",
    "sys.modules read": "import sys\nsys.modules.get('json')\nx = sys.modules['json']\n",
    "itself lazy": "import sys\nsys.modules[__name__] = Lazy()\n",
    "the recipe": "import importlib.util as u, sys\nm = u.module_from_spec(s)\nsys.modules[s.name] = m\n",
    "gc.collect": "import gc\ngc.collect()\n",
    "stdout replaced": "import io, sys\nsys.stdout = io.StringIO()\n",
    "excepthook": "import sys\nsys.excepthook = f\n",
    "environ": "import os\nos.environ['HOME'] = 'x'\n",
    "ctypes": "import ctypes\nctypes.CDLL('libc.so.6')\n",
    "memory use": "x = open('/proc/self/status').read()\n",
    "a docstring": "'''Never calls os._exit, reads no /proc/self/fd and no PYTEST_CURRENT_TEST.'''\n",
    "a comment": "# os._exit(0)\nx = 1\n",
    "real equality": "class A:\n    def __eq__(self, other):\n        return isinstance(other, A)\n",
    "never equal": "class A:\n    def __eq__(self, other):\n        return False\n",
    "atexit cleans up": "import atexit, shutil\natexit.register(shutil.rmtree, folder)\natexit.register(pool.close)\n",
    "atexit closes": "import atexit\ndef late():\n    pool.close()\natexit.register(late)\n",
    "a relative import": "from . import pytest_plugin_names\nfrom .pytest import x\n",
    "site packages": "import site\nsite.getsitepackages()\n",
    "unittest.mock": "from unittest import mock\n",
    "own attribute": "class A:\n    def f(self):\n        self.exit = 1\n        self.modules['a'] = 2\n",
}

NEAR_IN_TESTS = {
    "pytest": "import pytest\n@pytest.fixture\ndef a(): return 1\ndef test_a(a): pytest.skip()\n",
    "builtins patched": "def test_a(monkeypatch):\n    monkeypatch.setattr('builtins.input', lambda: 'x')\n",
    "mock open": "from unittest import mock\ndef test_a():\n    with mock.patch('builtins.open'): pass\n",
    "modules patched": "import sys\ndef test_a(monkeypatch):\n    monkeypatch.setitem(sys.modules, 'x', None)\n",
    "a fixture's type": "from _pytest.monkeypatch import MonkeyPatch\nfrom _pytest.logging import LogCaptureFixture\n",
    "a matcher": "class Any:\n    def __eq__(self, other):\n        return True\n",
    "the worker's number": "import os\nn = os.environ.get('PYTEST_XDIST_WORKER')\n",
}

FAR_IN_TESTS = {
    "plug-ins": ("tests/conftest.py", "pytest_plugins = ['x']\n"),
    "ignored files": ("tests/conftest.py", "collect_ignore = ['test_a.py']\n"),
    "the runner patched": ("tests/test_a.py", "import pytest\npytest.raises = f\n"),
    "the runner monkeypatched": (
        "tests/test_a.py",
        "import pytest\ndef test_a(monkeypatch):\n    monkeypatch.setattr(pytest, 'fail', f)\n",
    ),
    "private runner": ("tests/test_a.py", "from _pytest.runner import runtestprotocol\n"),
    "private runner by name": (
        "tests/test_a.py",
        "def test_a(monkeypatch):\n    monkeypatch.setattr('_pytest.runner.x', f)\n",
    ),
    "pytest.exit": ("tests/test_a.py", "import pytest\ndef test_a():\n    pytest.exit('done', 0)\n"),
    "options": ("tests/test_a.py", "import os\nos.environ['PYTEST_ADDOPTS'] = '-x'\n"),
}


@pytest.mark.parametrize("name", FAR)
def test_source_that_reaches_too_far_is_tampering(name: str) -> None:
    findings = found(changed({"src/a.py": "x = 0\n"}, {"src/a.py": "x = 0\n" + FAR[name]}), "reach")
    assert findings
    assert all(f.triage is Triage.TAMPER and f.line > 1 and f.path == "src/a.py" for f in findings)


@pytest.mark.parametrize("name", FAR_IN_TESTS)
def test_tests_that_steer_the_runner_are_tampering(name: str) -> None:
    path, source = FAR_IN_TESTS[name]
    assert found(changed({}, {path: source}), "reach")


@pytest.mark.parametrize("name", NEAR)
def test_ordinary_source_is_let_pass(name: str) -> None:
    assert said(changed({}, {"src/a.py": NEAR[name]}), "reach") == []


@pytest.mark.parametrize("name", NEAR_IN_TESTS)
def test_ordinary_tests_are_let_pass(name: str) -> None:
    assert said(changed({}, {"tests/test_a.py": NEAR_IN_TESTS[name]}), "reach") == []


@pytest.mark.parametrize("name", FAR)
def test_what_the_base_did_already_may_be_done_again_and_moved(name: str) -> None:
    assert said(changed({"src/a.py": FAR[name]}, {"src/a.py": "\n\n" + FAR[name] + FAR[name]}), "reach") == []
    assert said(changed({"src/a.py": FAR[name]}, {"src/a.py": "\0gone", "src/b.py": FAR[name]}), "reach") == []


def test_what_cannot_be_parsed_is_judged_by_its_text() -> None:
    findings = said(changed({}, {"a.py": "match ?? :\n    os._exit(0)\n"}), "reach")
    assert findings == [
        "a.py:2: os._exit ends the process without its clean-up, so that no test after it is reported; "
        'if the ticket is meant to, its terms in D_ROADMAP.md say allow = ["reach"]'
    ]


def test_other_files_are_not_read_as_python() -> None:
    assert said(changed({}, {"docs/a.md": "os._exit(0)", "a.bin": b"\0os._exit"}), "reach") == []


@pytest.mark.parametrize("name", ["unicode_escape", "raw_unicode_escape", "utf-7"])
@pytest.mark.parametrize("start", ["", "#!/usr/bin/env python\n"])
def test_an_encoding_that_turns_comments_into_code_is_named(name: str, start: str) -> None:
    source = f"{start}# coding: {name}\nx = 1  # \\u000aimport os +AAo-import os\n"
    for path in ("src/a.py", "tests/test_a.py"):
        assert f"declares the encoding {name}" in said(changed({}, {path: source}), "reach")[0]
        assert said(changed({path: source}, {path: source + "y = 2\n"}), "reach") == []


@pytest.mark.parametrize("name", ["utf-8", "latin-1", "cp1252", "euc-kr", "cp949", "shift_jis", "gb18030", "big5"])
def test_an_encoding_that_people_write_in_is_let_pass(name: str) -> None:
    source = f"# -*- coding: {name} -*-\nx = 'a\\\\b~'  # \\u000aimport os\n"
    assert said(changed({}, {"src/a.py": source}), "reach") == []
