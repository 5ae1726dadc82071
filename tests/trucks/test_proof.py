"""A stamp of cards that was not made by the factory, or was changed after it was made, does not verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.tree import FILE, Entry
from tests.line.conftest import Shop
from tests.trucks.conftest import DAY, MakeDay

TINY = """\
goal: Index
sources: {code: "src/*.py"}
lanes: {1: scan}
cards:
  scan: {type: SCAN, lane: 1, source: code, accept: {schema: index, count: inputs}}
"""
OUT = f"output/{DAY}/L1_SCAN_000001.jsonl"
PROOF = ".factory/cards/L1_SCAN_000001"
MAIN = "refs/heads/main"
Forge = Callable[[Repo, Commit, Commit], tuple[Commit, Commit]]


@pytest.fixture
def shop(make_day: MakeDay) -> Shop:
    found = make_day(TINY, files={"src/a.py": "pass\n"})
    assert found.run("run").code == 0
    assert found.run("verify").code == 0
    return found


def forged(shop: Shop, forge: Forge) -> str:
    """Main's stamp made anew with its evidence commit changed; what verify says."""
    with Repo(shop.path) as repo:
        tip = repo.tip(MAIN) or ""
        stamp = repo.store.commit(tip)
        stamp, proof = forge(repo, stamp, repo.store.commit(stamp.parents[1]))
        oid = repo.store.write_commit(proof)
        repo.move(MAIN, repo.store.write_commit(stamp._replace(parents=(stamp.parents[0], oid))), tip)
    answer = shop.run("verify", "--json")
    assert answer.code == 1
    assert {bad["ticket"] for bad in answer.json["bad"]} == {f"{DAY}_truck_001_box_01_front"}
    return "\n".join(bad["why"] for bad in answer.json["bad"])


def edited(repo: Repo, commit: Commit, path: str, content: bytes | None) -> Commit:
    entry = None if content is None else Entry(FILE, repo.store.write_blob(content))
    return commit._replace(tree=repo.store.edit(commit.tree, {path: entry}))


def words(commit: Commit, **changed: str) -> Commit:
    subject, found = commit.message.split("\n")[0], objects.trailers(commit.message)
    new = {**found, **{f"Factory-{name.replace('_', '-')}": value for name, value in changed.items()}}
    return commit._replace(message=objects.message(subject, trailers=new.items()))


def test_a_file_that_no_card_may_write_is_found(shop: Shop) -> None:
    def forge(repo: Repo, stamp: Commit, proof: Commit) -> tuple[Commit, Commit]:
        stamp = edited(repo, stamp, "src/evil.py", b"x\n")
        return words(stamp, Gate_Tree=stamp.tree), proof

    found = forged(shop, forge)
    assert "src/evil.py was changed, and no card of it may do so" in found
    assert "its tree is not main with its cards' work" in found


def test_an_output_that_was_changed_after_the_gate_is_found(shop: Shop) -> None:
    found = forged(shop, lambda repo, stamp, proof: (edited(repo, stamp, OUT, b"{}\n"), proof))
    assert "its tree is not the tree that was judged" in found
    assert f"L1_SCAN_000001: {OUT}:1: path is missing" in found


def test_an_output_that_is_not_there_is_found(shop: Shop) -> None:
    assert f"{OUT} is not there" in forged(shop, lambda repo, stamp, proof: (edited(repo, stamp, OUT, None), proof))


def test_evidence_that_was_edited_or_lost_is_found(shop: Shop) -> None:
    path = f"{PROOF}/evidence/gate.log"
    found = forged(shop, lambda repo, stamp, proof: (stamp, edited(repo, proof, path, b"all fine\n")))
    assert "L1_SCAN_000001: evidence: gate.log was edited after the attempt" in found
    found = forged(shop, lambda repo, stamp, proof: (stamp, edited(repo, proof, path, None)))
    assert "gate.log is missing" in found


def test_a_result_that_was_edited_is_found(shop: Shop) -> None:
    def forge(repo: Repo, stamp: Commit, proof: Commit) -> tuple[Commit, Commit]:
        path = f"{PROOF}/result.json"
        result = json.loads(repo.store.file(proof.tree, path) or b"")
        return stamp, edited(repo, proof, path, json.dumps({**result, "duration_seconds": 0.5}).encode())

    assert "result.json names other cards, or other results of them" in forged(shop, forge)


@pytest.mark.parametrize("name", ["manifest.json", "git_info.json", "kpi.json", "verify_report.json"])
def test_evidence_that_is_a_list_where_it_was_an_object_is_found(shop: Shop, name: str) -> None:
    path = f"{PROOF}/evidence/{name}"
    found = forged(shop, lambda repo, stamp, proof: (stamp, edited(repo, proof, path, b"[]\n")))
    assert f"L1_SCAN_000001: evidence: {name} is not of this attempt" in found


def test_a_result_of_all_cards_that_is_a_list_is_found(shop: Shop) -> None:
    found = forged(shop, lambda repo, stamp, proof: (stamp, edited(repo, proof, ".factory/result.json", b"[]\n")))
    assert "result.json speaks of another main, work or tree" in found


def test_a_card_whose_command_does_not_pass_once_more_is_found(make_day: MakeDay, tmp_path: Path) -> None:
    (tmp_path / "fine").touch()
    shop = make_day(
        TINY.replace("count: inputs", f'count: inputs, command: "test -e {tmp_path}/fine"'),
        files={"src/a.py": "pass\n"},
    )
    assert shop.run("run").code == 0
    assert shop.run("verify", "--rerun").code == 0
    (tmp_path / "fine").unlink()
    assert "L1_SCAN_000001: judged again, it is not accepted: accept: `test -e" in shop.run("verify", "--rerun").out
    assert shop.run("verify").code == 0


def test_a_card_that_was_never_packed_cannot_be_stamped(shop: Shop) -> None:
    def forge(repo: Repo, stamp: Commit, proof: Commit) -> tuple[Commit, Commit]:
        return words(stamp, Cards="L1_SCAN_000001#1 L1_SCAN_000002#1"), proof

    assert "plan.json is missing" in forged(shop, forge)


def test_a_ticket_is_not_done_by_a_stamp_of_cards(shop: Shop) -> None:
    with Repo(shop.path) as repo:
        tip = repo.tip(MAIN) or ""
        head = "| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
        planned, done = (f"{head}| D-1 | {word} | P1 | LOW | x |  |\n".encode() for word in ("PLANNED", "DONE"))
        base = repo.store.write_commit(edited(repo, repo.store.commit(f"{tip}^1"), "D_ROADMAP.md", planned))
        stamp = edited(repo, repo.store.commit(tip), "D_ROADMAP.md", done)
        repo.move(MAIN, repo.store.write_commit(stamp._replace(parents=(base, stamp.parents[1]))), tip)
    why = [bad["why"] for bad in shop.run("verify", "--json").json["bad"]]
    assert "it turns D-1 to DONE, and it is no stamp of a ticket" in why


@pytest.mark.parametrize("word", ["rebased", "copied"])
def test_a_stamp_on_another_main_is_found(shop: Shop, word: str) -> None:
    with Repo(shop.path) as repo:
        tip = repo.tip(MAIN) or ""
        stamp = repo.store.commit(tip)
        other = repo.store.write_commit(repo.store.commit(stamp.parents[0])._replace(message=f"{word}\n"))
        parents = (other, stamp.parents[1]) if word == "rebased" else (other,)
        repo.move(MAIN, repo.store.write_commit(stamp._replace(parents=parents)), tip)
    why = shop.run("verify", "--json").json["bad"][0]["why"]
    assert "copied or rebased" in why
