"""Every case of the corpus ends as it should: no stamp where none is due, none refused where one is."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.rooms.removal import remove
from tests.corpus import cases, line, table
from tests.corpus.cases import HERE, MISTAKE, STAMPED, Case
from tests.corpus.line import Ended

CASES = cases.every()
EXITS = {STAMPED: 0, MISTAKE: 2}
TABLES = {"D_ROADMAP.md", "AC_LEDGER.md"}
ROOMS = ("overlay", "warm", "copy")
Run = Callable[..., Ended]


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """What the gate says of the corpus's base, found once a kind of room: its results are kept by content."""

    @functools.cache
    def of(rooms: str) -> Path:
        at, home = tmp_path_factory.mktemp("known"), tmp_path_factory.mktemp("home")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", str(home))
            patch.delenv("XDG_CACHE_HOME", raising=False)
            patch.setenv("CORPUS_API_KEY", "")
            ended = line.run(cases.load(HERE / "right-fix"), at / "shop", os.environ, rooms)
            assert ended.state == STAMPED, ended.printed
            line.learn(at / "shop", at / "gate")
        return at / "gate"

    return of


@pytest.fixture
def run(tmp_path: Path, known: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    for name in ("CORPUS_RUNNER", "CORPUS_SCRIPT"):
        monkeypatch.setenv(name, "")

    def go(case: Case, rooms: str = "auto") -> Ended:
        return line.run(case, tmp_path / "shop", os.environ, rooms=rooms, seed=known(rooms))

    yield go
    remove(Path(os.environ["XDG_CACHE_HOME"]))  # a room that is kept may hold folders deeper than pytest can remove


def named(case: Case) -> str:
    return case.name


def sample() -> list[Case]:
    """One in twelve of each kind: of those that end alike, by the same layer. The proof runs all of them."""
    kinds: dict[tuple[str, str], list[Case]] = {}
    for case in CASES:
        if not case.slow:
            kinds.setdefault((case.expected, case.layer), []).append(case)
    return [case for kind in kinds.values() for case in kind[::12]]


@pytest.mark.parametrize("case", sample(), ids=named)
def test_a_case_ends_as_it_should(case: Case, run: Run) -> None:
    as_it_should(case, run(case))


@pytest.mark.prove
@pytest.mark.parametrize("rooms", ROOMS)
@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_case_ends_the_same_in_every_kind_of_room(case: Case, rooms: str, run: Run) -> None:
    as_it_should(case, run(case, rooms))


def as_it_should(case: Case, ended: Ended) -> None:
    told = "\n".join([*ended.failed[:4], *ended.printed.split("\n")[:8]])
    assert ended.state == case.expected, told
    assert case.expected == STAMPED or case.layer in ended.layers, (ended.layers, told)
    assert "ESCAPED" not in ended.said
    assert ended.codes["run"] == EXITS.get(case.expected, 1)
    assert (ended.codes["verify"], ended.codes["verify --json"]) == (0, 0)
    assert not {ref for ref in ended.refs if ref not in ("refs/heads/main", "refs/heads/factory/ledger")}
    if case.expected == STAMPED:
        assert ended.subjects == (f"stamp(D-1): {case.title}", "a shop")
        assert ended.changed == ended.files_changed | TABLES
    else:
        blocked = case.expected != MISTAKE
        assert ended.subjects == ((f"block(D-1): {case.expected}",) if blocked else ()) + ("a shop",)
        assert ended.changed == ({"D_ROADMAP.md"} if blocked else set())
    assert plain(ended.printed), [c for c in ended.printed if not plain(c)]


def plain(text: str) -> bool:
    """Whether a terminal shows all of a text and obeys none of it."""
    return all(c.isprintable() or c in "\n\t" for c in text)


def test_there_are_cheats_enough_and_honest_ones_beside_them() -> None:
    assert sum(case.is_cheat for case in CASES) >= 50
    assert sum(not case.is_cheat for case in CASES) >= 15
    kinds = {(case.expected, case.layer) for case in CASES if not case.slow}
    assert {(case.expected, case.layer) for case in sample()} == kinds
    assert all(case.layer for case in CASES if case.expected != STAMPED)
    assert all(case.caught_by for case in CASES if case.unprovable)


def test_the_page_has_every_case_as_it_must_end() -> None:
    page = (HERE.parent.parent / "docs" / "security-corpus.md").read_text()
    for case in CASES:
        end = case.caught_by if case.unprovable else table.must(case)
        assert f"| `{case.name}` | {case.tries} | {end} |" in page, f"run {table.COMMAND}"
    assert page.count("\n| `") == len(CASES)
