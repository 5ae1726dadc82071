"""The list of guards, and what holds for all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest

import guards
from factory.errors import CouldNotRun, Mistake
from factory.model import Excusable, Finding, Terms
from factory.tree import FolderTree, MemoryTree
from guards.case import Case
from tests.guards.cases import GONE, by_hand, changed

ORDER = "scope protected ssot_docs docops welding engine_centricity tests_kept reach secrets size addressed"


def test_the_guards_run_in_their_order() -> None:
    assert " ".join(guards.NAMES) == ORDER
    assert list(guards.run(by_hand({"a.py": "x = 1\n"}))) == ORDER.split()


def test_one_guard_can_be_asked_alone_and_an_unknown_one_is_a_mistake() -> None:
    assert list(guards.run(by_hand({}), ["size"])) == ["size"]
    with pytest.raises(Mistake, match="there is no guard 'sise'"):
        guards.run(by_hand({}), ["sise"])


@pytest.mark.parametrize("error", [RuntimeError("no"), CouldNotRun("no"), KeyError("no")])
def test_a_guard_that_breaks_does_not_pass(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(case: Case) -> Iterator[Finding]:
        raise error
        yield

    monkeypatch.setattr(guards, "GUARDS", (SimpleNamespace(NAME="size", check=check),))
    (finding,) = guards.run(by_hand({}), ["size"])["size"]
    assert "no" in finding.message
    assert finding.guard == "size"


def test_an_ordinary_fix_passes_every_guard() -> None:
    before = {"src/pkg/__init__.py": "", "src/pkg/dates.py": "def year(text):\n    return text[:3]\n"}
    test = "from pkg.dates import year\n\ndef test_year():\n    assert year('2026-11-21') == '2026'\n"
    case = changed(
        before, {"src/pkg/dates.py": before["src/pkg/dates.py"].replace("3", "4"), "tests/test_dates.py": test}
    )
    assert {name: found for name, found in guards.run(case).items() if found} == {}


def test_by_hand_the_change_is_what_differs_from_the_last_commit(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("import os\nos._exit(0)\n")
    case = Case(MemoryTree({"a.py": "x = 1\n", "gone.py": ""}), FolderTree(tmp_path, ["a.py", "b.py"]), ())
    assert case.touched == ("b.py", "gone.py")
    assert len(guards.run(case, ["reach"])["reach"]) == 1


def test_a_ticket_is_excused_from_the_guards_that_the_documents_name_and_from_no_other() -> None:
    source = "import os\nos._exit(0)\n"
    test = "def test_a():\n    assert f() == 1\n"
    case = changed({"tests/test_a.py": test}, {"a.py": source, "tests/test_a.py": GONE, "b.py": "x\n" * 400})
    excusable = get_args(Excusable)
    assert set(excusable) < set(guards.NAMES)
    before = {name for name, found in guards.run(case).items() if found}
    excused = dataclasses.replace(case, terms=Terms(allow=excusable))
    assert before == {"tests_kept", "reach", "size"}
    assert {name for name, found in guards.run(excused).items() if found} == {"size"}
    page = Path("docs/guards.md").read_text()
    assert all(f'allow = ["{name}"]' in page for name in excusable)


def test_no_module_of_the_guards_is_longer_than_250_lines() -> None:
    modules = list(Path(guards.__file__).parent.rglob("*.py"))
    assert len(modules) > 10
    assert {m.name for m in modules if len(m.read_text().splitlines()) > 250} == set()


def test_every_guard_has_its_section_and_its_way_out_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs/guards.md").read_text(encoding="utf-8")
    ways = page.split("**Ways out.**")[1].split("\n\n`factory verify`")[0]
    lacking = [name for name in guards.NAMES if f"\n## {name}\n" not in page or f"`{name}`" not in ways]
    assert lacking == []
