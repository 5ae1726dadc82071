"""The hidden tests are not for the product's eyes, and what tests open is known."""

from __future__ import annotations

import pytest

from factory.model import Conclusion, Triage
from tests.observe.conftest import Watch, Watched

HIDDEN = ("tests/hidden/test_h.py", "tests/hidden/case.json")
BASE = {
    "pytest.ini": "[pytest]\npythonpath=.\n",
    "shop/__init__.py": "",
    "tests/test_a.py": "from shop import total\ndef test_a(): assert total([1]) == 1\n",
    "tests/hidden/case.json": "[1, 2]",
    "tests/hidden/test_h.py": "from shop import total\ndef test_h(): assert total([1]) == 1\n",
}
READS = {
    "open": "open(at)",
    "os.open": "os.open(at, os.O_RDONLY)",
    "Path.read_text": "Path(at).read_text()",
    "a relative path": "open('tests/hidden/' + name)",
    "a link": "os.symlink(at, link := os.path.join(HERE, 'y' + name)); open(link)",
    "another name": "os.link(at, link := os.path.join(HERE, 'x' + name)); open(link)",
    "the folder's descriptor": "open('/proc/self/cwd/tests/hidden/' + name)",
    "a thread": "(t := threading.Thread(target=Path(at).read_text)); t.start(); t.join()",
    "a copy": "import shutil; shutil.copy(at, os.path.join(HERE, 'z' + name))",
    "from a folder's descriptor": "os.open(name, os.O_RDONLY, dir_fd=os.open(os.path.dirname(at), os.O_RDONLY))",
}
PEEK = """
import os, threading
from pathlib import Path
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
def total(prices):
    for name in ("case.json", "test_h.py"):
        at = os.path.join(HERE, "tests", "hidden", name)
        try:
            {read}
        except (PermissionError, FileExistsError):
            pass
    return sum(prices)
"""


def run(watch: Watch, files: dict[str, str], *extra: str) -> Watched:
    return watch({**BASE, **files}, *extra, hidden=HIDDEN, judges=("tests/test_a.py", "tests/conftest.py"))


@pytest.mark.parametrize("name", READS)
def test_a_product_that_opens_a_hidden_file_is_refused_it_and_told(watch: Watch, name: str) -> None:
    got = run(watch, {"shop/__init__.py": PEEK.format(read=READS[name])}, "-p", "no:threadexception")
    who = "a thread" if name == "a thread" else "shop/__init__.py"
    assert got.seen.doubts == {f"{who} opened the hidden {path}" for path in HIDDEN}, got.output
    assert got.against().triage is Triage.TAMPER
    assert got.against(got.seen).answer is Conclusion.PASS


@pytest.mark.parametrize("where", ["tests/test_a.py", "tests/conftest.py"])
def test_it_does_not_help_to_read_at_import(watch: Watch, where: str) -> None:
    peek = PEEK.format(read=READS["open"]) + "total([])\n"
    got = run(watch, {"shop/__init__.py": peek, where: BASE["tests/test_a.py"]})
    assert len(got.seen.doubts) == 2


def test_in_an_xdist_worker_it_is_told_too(watch: Watch) -> None:
    got = run(watch, {"shop/__init__.py": PEEK.format(read=READS["open"])}, "-n2")
    assert len(got.seen.doubts) == 2


LOADER = """
import json, os, traceback, warnings
def total(prices): return sum(prices)
def load(path):
    with open(path) as file:
        return json.load(file)
def load_all(folder):
    return [load(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".json")]
def complain():
    warnings.simplefilter("always")
    warnings.showwarning = lambda *a: warnings.formatwarning(*a[:4])
    warnings.warn("old", stacklevel=2)
    return traceback.format_stack()
"""
HANDS = """
import json
from pathlib import Path
import pytest
from shop import complain, load, load_all
HERE = Path(__file__).parent
CASES = json.loads((HERE / "case.json").read_text())
EARLY = load(HERE / "case.json")
@pytest.fixture
def case():
    return HERE / "case.json"
def test_own(): assert CASES == EARLY == [1, 2]
def test_expression(): assert load(HERE / "case.json") == [1, 2]
def test_fixture(case): assert load(case) == [1, 2]
def test_text(case):
    where = str(case)
    assert (lambda: load(where))() == [1, 2]
def test_folder(): assert load_all(HERE) == [[1, 2]]
@pytest.mark.parametrize("path", HERE.glob("*.json"), ids=str)
def test_each(path): assert load(path) == [1, 2]
def test_places_are_shown(): assert complain()
def test_fails(): raise ValueError("its line is shown")
"""


def test_what_a_hidden_test_hands_over_is_open_to_the_product(watch: Watch) -> None:
    got = run(watch, {"shop/__init__.py": LOADER, "tests/hidden/test_h.py": HANDS, "tests/test_a.py": ""})
    assert (got.seen.doubts, got.seen.tampered) == (frozenset(), ""), got.output
    assert [node for node, outcome in got.seen.outcomes.items() if outcome != "passed"] == [
        "tests/hidden/test_h.py::test_fails"
    ], got.output
    assert "its line is shown" in got.output


def test_a_product_cannot_say_that_it_was_handed_a_path(watch: Watch) -> None:
    lie = """
import os
def total(prices):
    prices = os.path.join(os.getcwd(), "tests/hidden/case.json")
    return len(open(prices).read())
"""
    got = run(watch, {"shop/__init__.py": lie})
    assert got.seen.doubts == {"shop/__init__.py opened the hidden tests/hidden/case.json"}


OPENS = """
import sqlite3
from pathlib import Path
HERE = Path(__file__).parent
CASES = (HERE / "cases.json").read_text()
def test_a(tmp_path):
    (tmp_path / "x").write_text("x")
    (tmp_path / "x").read_text()
    sqlite3.connect(HERE / "shop.db").close()
    (HERE / "out.txt").write_text("x")
    open("data.txt").close()
    (HERE / "test_a.py").read_text()
"""


@pytest.mark.parametrize("extra", [(), ("-n2",)], ids=str)
def test_the_files_of_the_room_that_tests_open_are_told(watch: Watch, extra: tuple[str, ...]) -> None:
    files = {"tests/test_a.py": OPENS, "tests/cases.json": "[]", "tests/shop.db": "", "data.txt": ""}
    got = watch(files, *extra)
    assert got.code == 0, got.output
    assert got.seen.opened == ("data.txt", "tests/cases.json", "tests/shop.db")


def test_without_need_no_hook_is_put_in(watch: Watch) -> None:
    files = {"tests/test_a.py": OPENS, "tests/cases.json": "[]", "tests/shop.db": "", "data.txt": ""}
    assert watch(files, opened=False).seen.opened == ()
    peek = PEEK.format(read=READS["open"])
    got = watch({**BASE, "shop/__init__.py": peek}, opened=False, hidden=HIDDEN, judges=("tests/test_a.py",))
    assert len(got.seen.doubts) == 2


@pytest.mark.parametrize(
    "by", ["subprocess.run(['true'])", "os.system('true')", "os.waitpid(os.fork() or os._exit(0), 0)"]
)
def test_that_another_process_was_started_is_told(watch: Watch, by: str) -> None:
    """What that one reads nobody sees: so what is remembered of the run says nothing about a later tree."""
    got = watch({"test_a.py": f"import os\nimport subprocess\n\n\ndef test_a():\n    {by}\n"}, opened=True)
    assert "/" in got.seen.opened
    assert "/" not in watch({"test_a.py": "def test_a(): pass\n"}, opened=True).seen.opened
