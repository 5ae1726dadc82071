from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.cards.backlog import read_backlog, write_backlog
from factory.cards.compile import compile_day
from factory.cards.places import backlog_path
from factory.cards.serials import Serials, used_before
from factory.cards.sources import list_folder
from factory.errors import Mistake
from factory.tree import LINK, MemoryTree
from tests.cards.plans import PLAN, plan

FILES = {f"src/{name}.py": f"print({name})" for name in "abcde"}
WEEK = "goals: [{id: G1, goal: a}, {id: G2, goal: b}, {id: G3, goal: c}]"


def tree(**more: str) -> MemoryTree:
    return MemoryTree({**FILES, "src/old/z.py": "x", "README.md": "x", **more})


def test_every_file_of_a_source_is_in_one_card() -> None:
    scans = [card for card in compile_day(plan(), tree()) if card.type == "SCAN"]
    assert [card.id for card in scans] == ["L1_SCAN_000001", "L1_SCAN_000002", "L1_SCAN_000003"]
    assert [path for card in scans for path in card.input.paths] == sorted(FILES)


def test_a_card_that_reads_an_output_depends_on_the_card_that_writes_it() -> None:
    cards = {card.id: card for card in compile_day(plan(), tree())}
    for card in cards.values():
        assert tuple(cards[dep].output for dep in card.deps) == card.input.reads
    assert cards["L8_SEAL_000001"].deps == ("L2_TAG_000001", "L2_TAG_000002", "L2_TAG_000003")


def test_lane_terms_hold_where_the_template_says_nothing() -> None:
    text = PLAN.replace("2: {name: tag}", "2: {name: tag, prio: D, cost_hint: HIGH, worker: small}")
    text = text.replace("{type: SEAL, lane: 8, after: tag,", "{type: SEAL, lane: 8, prio: B, after: tag,")
    cards = {card.type: card for card in compile_day(plan(text), tree())}
    assert (cards["TAG"].prio, cards["TAG"].cost_hint, cards["TAG"].input.worker) == ("D", "HIGH", "small")
    assert (cards["SEAL"].prio, cards["SEAL"].cost_hint, cards["SEAL"].input.worker) == ("B", "LOW", "")


@given(st.permutations(sorted(FILES)))
def test_the_same_plan_and_tree_give_the_same_bytes(order: list[str]) -> None:
    shuffled = MemoryTree({path: FILES[path] for path in order})
    assert write_backlog(compile_day(plan(), shuffled)) == write_backlog(compile_day(plan(), MemoryTree(FILES)))


def test_a_template_without_files_is_one_card() -> None:
    text = PLAN.replace("follow:\n", "  check: {type: TEST, lane: 3, accept: {command: make test}}\nfollow:\n")
    (card,) = (card for card in compile_day(plan(text), tree()) if card.type == "TEST")
    assert (card.input.paths, card.input.reads, card.deps, card.accept.command) == ((), (), (), "make test")


NAMES = st.text(st.sampled_from("ab/.é\udcff"), min_size=1, max_size=6).map(lambda name: f"src/{name}.py")


@given(st.sets(NAMES, min_size=1, max_size=30), st.one_of(st.integers(1, 40), st.just("all")))
def test_whatever_the_files_are_called_each_is_in_one_card(names: set[str], per: int | str) -> None:
    cards = compile_day(
        plan(PLAN.replace("per: 2, accept: {schema: index", f"per: {per}, accept: {{schema: index")),
        MemoryTree(dict.fromkeys(names, "x")),
    )
    paths = [path for card in cards for path in card.input.paths]
    assert paths == sorted(names)
    assert read_backlog(write_backlog(cards)) == cards
    assert len({card.id for card in cards}) == len({card.output for card in cards}) == len(cards)
    needed = [dep for card in cards for dep in card.deps]
    assert set(needed) <= {card.id for card in cards}


@pytest.mark.parametrize("glob", ["src/*.pyx", "lib/**", "src/old/*.py"])
def test_a_glob_that_names_nothing_is_a_stop(glob: str) -> None:
    text = PLAN.replace('["src/**/*.py"]', f'["src/**/*.py", "{glob}"]')
    with pytest.raises(Mistake, match=r"dayplan_20261121.yaml:3: sources.code: .* names no file in the repository"):
        compile_day(plan(text), tree())


def test_links_and_submodules_are_no_files_of_a_source() -> None:
    linked = MemoryTree({**FILES, "src/link.py": "a.py"}, {"src/link.py": LINK})
    assert compile_day(plan(), linked) == compile_day(plan(), MemoryTree(FILES))


def test_a_source_may_be_a_folder_outside_the_repository(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.py", "a.py", "deep/c.py", "d.txt", os.fsdecode(b"\xff.py")):
        (tmp_path / name).write_text("x")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "e.py").symlink_to("a.py")
    text = PLAN.replace('{globs: ["src/**/*.py"]', f'{{root: {tmp_path}, globs: ["**/*.py"]')
    cards = compile_day(plan(text), MemoryTree({}))
    scans = [card for card in cards if card.type == "SCAN"]
    assert [path for card in scans for path in card.input.paths] == [
        "a.py",
        "b.py",
        "deep/c.py",
        os.fsdecode(b"\xff.py"),
    ]
    assert {card.input.root for card in cards} == {str(tmp_path)}
    assert b"\\udcff.py" in write_backlog(cards)


def test_a_root_that_is_not_there_is_a_stop(tmp_path: Path) -> None:
    text = PLAN.replace("{globs:", f"{{root: {tmp_path}/none, globs:")
    with pytest.raises(Mistake, match=r":3: sources.code.root: .*No such file"):
        compile_day(plan(text), tree())
    assert list_folder(str(tmp_path)) == ()


def two_roots(after: str) -> str:
    """A plan with two sources, each scanned, and what comes after both."""
    text = PLAN.replace("sources:\n", 'sources:\n  data: {root: /data, globs: "*"}\n')
    scan = "  scan: {type: SCAN, lane: 1, source: code"
    return text.replace(
        scan, f"{scan.replace('scan:', 'look:').replace('code', 'data')}, accept: {{count: inputs}}}}\n{scan}"
    ).replace("  seal:", f"  {after}\n  seal:")


def test_one_card_reads_outputs_of_one_root_only() -> None:
    text = two_roots("both: {type: SEAL, lane: 8, after: [look, scan], accept: {schema: seal}}")
    with pytest.raises(Mistake, match=r":13: both: the cards in after work on 2 roots"):
        compile_day(plan(text), tree(), list_folder=lambda root: ("x",))


def test_one_strike_list_has_files_of_one_root_only() -> None:
    text = two_roots("mark: {type: TAG, lane: 2, after: look, rules: marks, follow: strike, accept: {schema: tag}}")
    with pytest.raises(Mistake, match=r":12: cards.tag.follow: its tags are of 2 roots"):
        plan(text)


def test_a_day_in_a_planned_week_serves_one_of_its_goals() -> None:
    planned = tree(**{"ssot/plans/weekplan_202647.yaml": WEEK})
    served = plan("serves: G2\n" + PLAN)
    assert compile_day(served, planned) == compile_day(plan(), tree())
    for text, where in ((PLAN, planned), ("serves: G9\n" + PLAN, planned), ("serves: G2\n" + PLAN, tree())):
        with pytest.raises(Mistake, match="serves"):
            compile_day(plan(text), where)


def test_an_id_is_never_used_twice_over_the_days() -> None:
    first = compile_day(plan(), tree())
    earlier = {backlog_path("20261120"): write_backlog(first[:2]), backlog_path("20261120", "strike"): b""}
    later = {backlog_path("20261121"): write_backlog(first), backlog_path("20261122"): b"not read"}
    used = used_before(MemoryTree({**earlier, **later}), "20261121")
    assert used == ("L1_SCAN_000001", "L1_SCAN_000002")
    assert compile_day(plan(), tree(), used=used)[0].id == "L1_SCAN_000003"


def test_numbers_end_at_a_million_with_a_word() -> None:
    serials = Serials(["L1_SCAN_999998"])
    assert serials.next(1, "SCAN") == "L1_SCAN_999999"
    with pytest.raises(Mistake, match="has used all its SCAN numbers"):
        serials.next(1, "SCAN")
