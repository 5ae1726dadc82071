"""A kind of worker is a file and a line: none is long, each is documented, and a test adds one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory import workers
from factory.kinds import KINDS
from tests.line.conftest import Shop

ROOT = Path(__file__).parents[2]
PAGES = ("docs/workers.md", "docs/workers.ko.md")


def test_no_worker_file_is_longer_than_150_lines() -> None:
    files = {path.name: len(path.read_text().splitlines()) for path in (ROOT / "factory/workers").glob("*.py")}
    assert len(files) > len(KINDS)
    assert {name: lines for name, lines in files.items() if lines > 150} == {}


@pytest.mark.parametrize("page", PAGES)
def test_every_kind_has_its_place_on_the_page(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'kind = "{kind}"' not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_page_recommends_the_versions_that_are_tested(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    clis = [cli for kind in KINDS if (cli := getattr(workers.load(kind), "CLI", None))]
    assert len(clis) == 7
    assert [cli.install for cli in clis if cli.install not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_kind_is_added_by_the_file_and_the_line_that_the_page_shows(
    page: str, make: Callable[..., Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    file = text.split("<!-- a worker in a file -->")[1].split("```python\n")[1].split("```")[0]
    (tmp_path / "shouting_worker.py").write_text(file)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(KINDS, "shouting", "shouting_worker")
    given = '[workers.default]\nkind = "shouting"\n\n[gate]\ndoctor = ["true"]\nfast = []\nregression = ["true"]\n'
    shop = make("D-1 right", settings=given)
    try:
        done, listed = shop.run("run"), shop.run("workers")
    finally:
        sys.modules.pop("shouting_worker", None)
    assert done.code == 0, done.out + done.err
    assert shop.read("D-1.txt") == "right\n"
    assert (listed.code, "shouting" in listed.out) == (0, True), listed.err
