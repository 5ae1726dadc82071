"""The example at small scale: two packages of the standard library, checked against an independent count."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sysconfig
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from tests.cards.chain import Day, lines, run_day

EXAMPLE = Path(__file__).parents[2] / "examples" / "library"
SMALL = ("json", "logging", "wsgiref", "xml", "threading.py", "subprocess.py", "pydoc.py")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLE / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the standard library, and two files that hold what newer ones have no more."""
    root = tmp_path_factory.mktemp("library")
    for name in SMALL:
        at = Path(sysconfig.get_path("stdlib"), name)
        shutil.copytree(at, root / name, symlinks=True) if at.is_dir() else shutil.copy(at, root / name)
    (root / "old.py").write_text("# -*- coding: utf-8 -*-\ntry:\n    x\nexcept:  # all\n    y\n")
    (root / "broken.py").write_bytes(b"# -*- coding: utf-8 -*-\ndef f(:\n\xff\n")
    return root


@pytest.fixture(scope="module")
def day(library: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Day, Path]:
    room = tmp_path_factory.mktemp("room")
    return run_day(load("make_plan").plan_text(str(library)), room), room


def test_every_card_is_accepted(day: tuple[Day, Path]) -> None:
    assert day[0].refused == ()
    assert {card.type for card in (*day[0].backlog, *day[0].follow)} == {"SCAN", "TAG", "VERIFY", "SEAL", "STRIKE"}


def test_every_file_is_indexed_once_and_every_tag_is_counted(day: tuple[Day, Path], library: Path) -> None:
    counted = load("count").count(str(library))
    records = [
        json.loads(line) for card in day[0].backlog if card.type == "SCAN" for line in lines(day[1] / card.output)
    ]
    assert len(records) > 20
    assert len({record["path"] for record in records}) == len(records)
    assert {record["path"]: record["sha256"] for record in records} == counted["files"]
    tags: dict[str, Counter[str]] = {}
    for line in lines(day[1] / "output/20261121/strike_list.jsonl"):
        tag = json.loads(line)
        tags.setdefault(tag["path"], Counter())[tag["rule"]] += 1
    assert tags == counted["tags"]
    assert sum(map(Counter.total, tags.values())) > 10


@pytest.mark.prove
def test_the_whole_library_is_indexed_and_tagged_as_counted(tmp_path: Path) -> None:
    root = sysconfig.get_path("stdlib")
    whole = run_day(load("make_plan").plan_text(root), tmp_path)
    assert whole.refused == ()
    assert len(whole.backlog) > 240
    test_every_file_is_indexed_once_and_every_tag_is_counted((whole, tmp_path), Path(root))
    test_every_tag_is_struck_once((whole, tmp_path))


def test_every_tag_is_struck_once(day: tuple[Day, Path]) -> None:
    struck = [
        json.loads(line) for card in day[0].follow if card.type == "STRIKE" for line in lines(day[1] / card.output)
    ]
    tags = [json.loads(line) for line in lines(day[1] / "output/20261121/strike_list.jsonl")]
    places = ("path", "start", "end", "rule")
    assert Counter(tuple(r[key] for key in places) for r in struck) == Counter(
        tuple(t[key] for key in places) for t in tags
    )
    assert {(r["rule"], r["action"]) for r in struck} == {
        ("bare_except", "report"),
        ("large_file", "report"),
        ("utf8_cookie", "replace"),
    }


def test_the_library_itself_is_left_alone(day: tuple[Day, Path], library: Path) -> None:
    assert (library / "old.py").read_text().startswith("# -*- coding: utf-8 -*-\n")
