"""No false stamp: whatever a person forges by hand, `factory verify` names it and exits 1."""

from __future__ import annotations

import json
import os
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.line import shift
from factory.line.opening import key_path, open_house
from factory.records import judges, signing
from factory.records.signing import Signer
from tests.line.conftest import RIGHT, SETTINGS, Shop, build
from tests.line.forge import MAIN, Parts, forge, put_commit

Make = Callable[..., Shop]
Change = Callable[[Parts], object]


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stamps on main, the second at its tip; made once and copied."""
    home = tmp_path_factory.mktemp("forged")
    at = home / "shop"
    build(at, "D-1 First", "D-2 Second", "D-3 Later", planned=("D-3",))
    with open_house(at, {"HOME": str(home), "PATH": os.environ["PATH"]}) as house:
        assert shift.run(house).stamped == 2
    return at


@pytest.fixture
def stamped(_template: Path, at: Callable[[Path], Shop], tmp_path: Path) -> Shop:
    shutil.copytree(_template, tmp_path / "shop", symlinks=True)
    shop = at(tmp_path / "shop")
    shop.git("update-index", "-q", "--refresh")
    return shop


def named(shop: Shop, stamp: str, why: str = "") -> list[str]:
    """Why verify objects to this commit; exit 1, and in both forms of its answer."""
    told = shop.run("verify")
    assert (told.code, told.err) == (1, "")
    found = shop.run("verify", "--json").json
    whys = [bad["why"] for bad in found["bad"] if bad["stamp"] == stamp]
    assert whys, found
    assert stamp[:12] in told.out
    assert any(why in said for said in whys), whys
    return whys


def test_a_stamp_put_together_again_unchanged_is_the_same_proof(stamped: Shop) -> None:
    """The forger's tool itself adds no fault: what the other tests see is their one change."""
    forge(stamped, lambda parts: None)
    assert stamped.run("verify").code == 0


# --- the result ------------------------------------------------------------------------------------------

RESULT: dict[str, tuple[Change, str]] = {
    "another status": (lambda p: p.result.update(status="FAIL"), "not PASS"),
    "a triage": (lambda p: p.result.update(triage="TEST"), "not PASS"),
    "a failed test": (lambda p: p.result["tests"].update(failed=1), "that failed: 1"),
    "a missing test": (lambda p: p.result["tests"].update(missing=1), "are missing: 1"),
    "a red guard": (lambda p: p.result["guards"].update(size="FAIL"), "guards"),
    "no guards": (lambda p: p.result.update(guards={}), "guards"),
    "fewer guards": (lambda p: p.result["guards"].pop("protected"), "guards"),
    "a red tier": (lambda p: p.result["gate_results"].update(regression="FAIL"), "did not pass"),
    "fewer tiers than main's settings": (lambda p: p.result["gate_results"].update(doctor="SKIPPED"), "settings"),
    "no tier": (lambda p: p.result.update(gate_results={}), "no tier"),
    "a criterion that stayed red": (lambda p: p.result["criteria"][0].update(after="RED"), "red before and green"),
    "a criterion that was green before": (lambda p: p.result["criteria"][0].update(before="GREEN"), "red before"),
    "no criterion": (lambda p: p.result.update(criteria=[]), "red before and green after"),
    "another base": (lambda p: p.result.update(base="0" * 40), "base differs"),
    "another attempt": (lambda p: p.result.update(attempt=7), "attempt's number"),
    "another ticket": (lambda p: p.result.update(ticket_id="D-1"), "the stamp for D-2"),
    "other files": (lambda p: p.result.update(files_changed=[]), "other files"),
    "another cost": (lambda p: p.result.update(cost_estimate_usd=9.0), "cost"),
    "an unknown key": (lambda p: p.result.update(approved=True), "cannot be read"),
    "another kpi": (lambda p: p.result.update(kpi_summary={"attempt": 1}), "kpi.json"),
}


@pytest.mark.parametrize("what", RESULT)
def test_an_edited_result_is_named_even_where_every_hash_was_made_anew(stamped: Shop, what: str) -> None:
    change, why = RESULT[what]
    named(stamped, forge(stamped, change), why)


def test_an_edited_result_without_a_new_trailer_is_named_by_its_hash(stamped: Shop) -> None:
    named(stamped, forge(stamped, lambda p: p.result.update(duration_seconds=1.0), remade=False), "Factory-Result")


@pytest.mark.parametrize("field", ["work", "gate_tree"])
def test_a_result_of_another_work_or_tree_is_named(stamped: Shop, field: str) -> None:
    def change(parts: Parts) -> None:
        parts.result[field] = "0" * 40

    named(stamped, forge(stamped, change, remade=False), "result.json")


# --- the evidence ----------------------------------------------------------------------------------------


def _drop(name: str) -> Change:
    return lambda p: p.pack.pop(name)


def _put(name: str, content: bytes) -> Change:
    return lambda p: p.pack.update({name: content})


EVIDENCE: dict[str, tuple[Change, bool, str]] = {
    "a file edited": (_put("gate.log", b"all well\n"), False, "gate.log was edited"),
    "a file added": (_put("note.txt", b"trust me\n"), False, "note.txt is not in"),
    "a file removed": (_drop("gate.log"), False, "gate.log is missing"),
    "a file removed, hashes anew": (_drop("stdout.txt"), True, "stdout.txt is missing"),
    "the hashes removed": (_drop("hash_manifest.json"), False, "hash_manifest.json is missing"),
    "hashes that are no JSON": (_put("hash_manifest.json", b"{"), False, "is not JSON"),
    "another verdict": (lambda p: p.edit_pack("verify_report.json", status="FAIL"), True, "verify_report.json"),
    "findings that failed": (lambda p: p.edit_pack("verify_report.json", failed=["x"]), True, "verify_report.json"),
    "another ticket's manifest": (lambda p: p.edit_pack("manifest.json", ticket="D-1"), True, "manifest.json"),
    "another attempt's key": (lambda p: p.edit_pack("manifest.json", key="0"), True, "manifest.json"),
    "another main": (lambda p: p.edit_pack("git_info.json", main="0" * 40), True, "another main"),
    "a list for a report": (_put("kpi.json", b"[]"), True, ""),
}


@pytest.mark.parametrize("what", EVIDENCE)
def test_evidence_edited_added_or_removed_is_named(stamped: Shop, what: str) -> None:
    change, remade, why = EVIDENCE[what]
    named(stamped, forge(stamped, change, remade=remade), why)


def test_the_evidence_of_another_ticket_is_named_although_its_own_hashes_hold(stamped: Shop) -> None:
    with Repo(stamped.path) as repo:
        first = repo.store.commit(f"{MAIN}^1")
        folder = repo.store.entry(repo.store.commit(first.parents[1]).tree, ".factory/evidence")
        assert folder
        other = {name: repo.store.read(e.oid, "blob") for name, e in repo.store.flat(folder.oid).items()}
    stamp = forge(stamped, lambda p: setattr(p, "pack", dict(other)), remade=False)
    assert {"manifest.json", "git_info.json"} <= {w.split()[1] for w in named(stamped, stamp) if "evidence:" in w}


def test_anything_else_in_the_evidence_commit_is_named(stamped: Shop) -> None:
    stamp = forge(stamped, lambda p: p.extra.update({".factory/approved.txt": "yes\n"}))
    named(stamped, stamp, ".factory/approved.txt")


def test_code_that_only_the_evidence_commit_holds_is_named(stamped: Shop) -> None:
    named(stamped, forge(stamped, lambda p: p.extra.update({"D-2.txt": "better\n"})), "changes more than .factory/")


def test_an_object_that_was_overwritten_on_disk_is_named(stamped: Shop) -> None:
    """Git itself does not look at the hash of what it reads."""
    with Repo(stamped.path) as repo:
        entry = repo.store.entry(repo.store.tree_of(f"{MAIN}^2"), ".factory/result.json")
        assert entry
        content = repo.store.read(entry.oid, "blob").replace(b"PASS", b"pass")
        at = repo.common_dir / "objects" / entry.oid[:2] / entry.oid[2:]
    at.chmod(0o644)
    at.write_bytes(zlib.compress(objects.frame("blob", content)))
    named(stamped, stamped.main(), "is not what its name says")


# --- the trees -------------------------------------------------------------------------------------------


def test_a_tree_that_differs_by_a_byte_is_named_with_the_path(stamped: Shop) -> None:
    named(stamped, forge(stamped, lambda p: p.tree_files.update({"D-2.txt": "right!\n"})), "D-2.txt")


def test_a_tree_that_differs_and_says_so_nowhere_is_named(stamped: Shop) -> None:
    stamp = forge(stamped, lambda p: p.tree_files.update({"D-2.txt": "right!\n"}), remade=False)
    named(stamped, stamp, "Factory-Gate-Tree")


def test_evidence_left_in_mains_tree_is_named(stamped: Shop) -> None:
    stamp = forge(stamped, lambda p: p.tree_files.update({".factory/plan.json": "{}"}))
    named(stamped, stamp, ".factory/plan.json")


def test_a_change_that_touches_a_protected_path_is_named_although_its_guards_say_pass(stamped: Shop) -> None:
    def change(parts: Parts) -> None:
        parts.work_files["ssot/factory.toml"] = SETTINGS + "# weaker\n"
        parts.result["files_changed"] = ["D-2.txt", "ssot/factory.toml"]

    named(stamped, forge(stamped, change), "ssot/factory.toml")


def test_a_protected_path_stays_so_where_the_plan_forgot_it(stamped: Shop) -> None:
    def change(parts: Parts) -> None:
        parts.plan_says["scope"]["forbidden"] = []
        parts.work_files["conftest.py"] = "collect_ignore = ['tests']\n"
        parts.result["files_changed"] = ["D-2.txt", "conftest.py"]

    named(stamped, forge(stamped, change), "conftest.py")


def test_another_tickets_row_flipped_in_a_stamp_is_named(stamped: Shop) -> None:
    def change(parts: Parts) -> None:
        table = parts.repo.store.file(parts.stamp.tree, "D_ROADMAP.md") or b""
        parts.tree_files["D_ROADMAP.md"] = table.replace(b"D-3 | PLANNED", b"D-3 | DONE")

    named(stamped, forge(stamped, change), "not its own: D-3")


# --- the plan --------------------------------------------------------------------------------------------


def _criteria(*found: dict[str, str]) -> Change:
    return lambda p: p.plan_says.update(criteria=list(found), ac_ids=[c["id"] for c in found])


PLAN: dict[str, tuple[Change, str]] = {
    "fewer criteria than main's table": (_criteria(), "AC-D-2-1"),
    "an easier check": (_criteria({"id": "AC-D-2-1", "text": "it is right", "check": "true"}), "AC-D-2-1"),
    "a criterion of its own": (
        _criteria({"id": "AC-D-2-1", "text": "", "check": "grep -q right D-2.txt"}, {"id": "X", "text": ""}),
        "X: the plan has another check",
    ),
    "ids that it does not hold": (lambda p: p.plan_says.update(ac_ids=[]), "ac_ids"),
    "a wider scope": (lambda p: p.plan_says["scope"].update(modify=["**"]), "scope"),
    "another ticket": (lambda p: p.plan_says.update(ticket_id="D-3"), "D-3"),
    "another attempt": (lambda p: p.plan_says.update(attempt=2), "attempt's number"),
    "another base": (lambda p: p.plan_says.update(base="0" * 40), "base differs"),
    "another key": (lambda p: p.plan_says.update(idempotency_key="0"), "manifest.json"),
    "another title": (lambda p: p.plan_says.update(title="All of it"), "its subject is not"),
    "another risk": (lambda p: p.plan_says.update(risk="HIGH"), "did not: risk"),
    "a criterion in other words": (lambda p: p.plan_says["criteria"][0].update(text="it is perfect"), "not: AC-D-2-1"),
}  # fmt: skip


@pytest.mark.parametrize("what", PLAN)
def test_a_plan_that_main_did_not_make_is_named(stamped: Shop, what: str) -> None:
    change, why = PLAN[what]
    named(stamped, forge(stamped, change), why)


def test_a_plan_edited_in_the_work_commit_alone_is_named(stamped: Shop) -> None:
    change = {".factory/plan.json": '{"edited": true}'}
    named(stamped, forge(stamped, lambda p: p.extra.update(change)), "plan.json is not the same")


def test_main_that_took_its_release_back_before_the_stamp_is_named(stamped: Shop) -> None:
    """The same stamp on a main whose roadmap says PLANNED: nobody let the factory work on it."""
    before = stamped.git("rev-parse", "main^1").strip()
    table = stamped.read("D_ROADMAP.md", before).replace("D-2 | IN_PROGRESS", "D-2 | PLANNED")
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    other = put_commit(stamped, "not yet\n", {"D_ROADMAP.md": table}, before, tree_of=before)
    stamp = put_commit(stamped, tip.message, {}, other, tip.parents[1], tree_of=tip.tree)
    named(stamped, stamp, "D-2 is PLANNED")


# --- rows without a stamp --------------------------------------------------------------------------------


def _done(shop: Shop) -> dict[str, str]:
    return {"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("D-3 | PLANNED", "D-3 | DONE")}


def test_a_ticket_row_flipped_in_a_plain_commit_is_named(stamped: Shop) -> None:
    named(stamped, stamped.commit(_done(stamped)), "no stamp")


def test_a_criterion_flipped_in_a_plain_commit_is_named(stamped: Shop) -> None:
    table = stamped.read("AC_LEDGER.md").replace("`grep -q right D-3.txt` | OPEN", "`grep -q right D-3.txt` | DONE")
    named(stamped, stamped.commit({"AC_LEDGER.md": table}), "no stamp")


def test_a_row_flipped_in_a_merge_is_named(stamped: Shop) -> None:
    side = stamped.git("rev-parse", "main^1").strip()
    named(stamped, put_commit(stamped, "Merge branch 'side'\n", _done(stamped), stamped.main(), side), "no stamp")


def test_a_row_flipped_on_a_branch_and_merged_is_named_where_it_came_in(stamped: Shop) -> None:
    tip = stamped.main()
    side = put_commit(stamped, "on a branch\n", _done(stamped))
    named(stamped, put_commit(stamped, "Merge branch 'side'\n", {}, tip, side, tree_of=side), "no stamp")


def test_a_row_flipped_behind_a_table_that_was_away_is_named(stamped: Shop) -> None:
    done = _done(stamped)
    stamped.commit({"D_ROADMAP.md": None}, "tidy")
    whys = named(stamped, stamped.commit(done, "back"), "no stamp")
    assert len(whys) == 1  # the rows that were stamped before are no claim of this commit


def test_a_row_flipped_behind_a_table_that_could_not_be_read_is_named(stamped: Shop) -> None:
    done = _done(stamped)
    stamped.commit({"D_ROADMAP.md": "| nonsense |\n"}, "oops")
    assert len(named(stamped, stamped.commit(done, "mended"), "no stamp")) == 1


def test_a_done_criterion_that_is_reworded_claims_what_nobody_proved(stamped: Shop) -> None:
    table = stamped.read("AC_LEDGER.md").replace("| D-1 | it is right |", "| D-1 | it is fast |")
    named(stamped, stamped.commit({"AC_LEDGER.md": table}), "no stamp")


def test_a_done_row_that_names_another_work_is_named(stamped: Shop) -> None:
    table = re.sub(r"(AC-D-2-1 .*)\b[0-9a-f]{12}\b", r"\g<1>0123456789ab", stamped.read("AC_LEDGER.md"))
    named(stamped, stamped.commit({"AC_LEDGER.md": table}), "in other words")


def test_a_table_that_cannot_be_read_at_the_tip_is_told(stamped: Shop) -> None:
    stamped.commit({"D_ROADMAP.md": "| nonsense |\n"})
    assert "D_ROADMAP.md cannot be read at the tip" in stamped.run("verify").out


def test_what_was_done_when_the_tables_came_is_history_and_no_claim(make: Make) -> None:
    shop = make("D-1 A ticket", "D-2 Another")
    with Repo(shop.path, durable=False) as repo:
        first = repo.store.write_commit(Commit(repo.store.write("tree", b""), (), "empty\n", 1))
    table = shop.read("D_ROADMAP.md").replace("D-2 | IN_PROGRESS", "D-2 | DONE")
    put_commit(shop, "the tables\n", {"D_ROADMAP.md": table}, first)
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0


# --- what the guards would have refused --------------------------------------------------------------------


def adds(path: str, content: bytes | str) -> Change:
    """The work brings one file more, and the result says so."""

    def change(parts: Parts) -> None:
        parts.work_files[path] = content
        parts.result["files_changed"] = sorted(["D-2.txt", path])

    return change


GUARDED: dict[str, tuple[Change, str]] = {
    "a file that every Python runs": (adds("src/evil.pth", "import os\n"), "run by every Python"),
    "a module that every Python runs": (adds("lib/sitecustomize.py", "x = 1\n"), "run by every Python"),
    "compiled Python": (adds("a/b.pyc", b"\0\1"), "compiled Python"),
    "too many lines": (adds("a.txt", "line\n" * 400), "size: 40"),
    "a key": (adds("a.txt", "key = 'AKIA" + "Q7ZPLM3XW5RTV2NB'\n"), "secrets"),
    "reaching for the runner": (adds("src/a.py", "import _pytest\n"), "reach"),
    "an editor's tasks": (adds("web/.vscode/tasks.json", "{}\n"), "protected"),
    "a package's hook": (adds("package.json", '{"scripts": {"postinstall": "x"}}\n'), "postinstall"),
    "a name that is another's but for its case": (adds("d-2.txt", "right\n"), "differs only in case from D-2.txt"),
    "a folder that is another's but for its case": (adds("TOOLS/x", "x\n"), "differs only in case from tools"),
    "two guards left out": (lambda p: [p.result["guards"].pop(name) for name in ("reach", "size")], "reach, size"),
}  # fmt: skip


def test_what_is_protected_stays_so_where_plan_and_result_forgot_it(stamped: Shop) -> None:
    """Of the list that is longer than the first one, too."""

    def change(parts: Parts) -> None:
        adds("web/.vscode/tasks.json", "{}\n")(parts)
        parts.plan_says["scope"]["forbidden"] = []

    named(stamped, forge(stamped, change), "web/.vscode/tasks.json: protected")


def test_a_file_that_says_two_things_under_one_key_cannot_be_read(stamped: Shop) -> None:
    def change(parts: Parts) -> None:
        parts.pack["manifest.json"] = parts.pack["manifest.json"].replace(b"{", b'{"judges": "1",', 1)

    named(stamped, forge(stamped, change), "a key stands in it twice")


@pytest.mark.parametrize("what", GUARDED)
def test_what_the_guards_refuse_is_named_although_the_result_says_that_they_passed(stamped: Shop, what: str) -> None:
    change, why = GUARDED[what]
    named(stamped, forge(stamped, change), why)


@pytest.mark.parametrize("word", ["", "0" * 32], ids=["no guards named", "others named"])
def test_a_stamp_that_names_other_guards_than_those_before_it_is_held_to_these(stamped: Shop, word: str) -> None:
    def change(parts: Parts) -> None:
        adds("a.txt", "line\n" * 400)(parts)
        parts.edit_pack("manifest.json", judges=word)

    assert len(named(stamped, forge(stamped, change), "as they did before it")) > 1


def test_guards_that_are_stricter_today_are_told_and_no_fault(stamped: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = forge(stamped, adds("a.txt", "line\n" * 400))
    monkeypatch.setattr(judges, "digest", lambda: "another day's")
    told = stamped.run("verify")
    assert (told.code, "D-2 was judged by other guards" in told.out, "size: 40" in told.out) == (0, True, True)
    named(stamped, forge(stamped, adds("src/evil.pth", "x\n")), "run by every Python")  # what all days refused
    assert stamp


def test_a_module_in_front_of_pythons_own_is_named_where_the_root_comes_first(make: Make) -> None:
    tiers = SETTINGS.replace('doctor = ["true"]', 'doctor = ["python -m compileall -q tools"]')
    shop = make("D-1 First", "D-2 Second", settings=tiers)
    assert shop.run("run").code == 0
    named(shop, forge(shop, adds("json.py", "x = 1\n")), "json.py: is found before the library `json`")


# --- a history that is not the whole one -------------------------------------------------------------------


def hidden_by(how: str, shop: Shop, tip: str, past: str) -> None:
    """Git is made to see the tip right above `past`."""
    if how == "a graft":
        (shop.path / ".git/info").mkdir(exist_ok=True)
        (shop.path / ".git/info/grafts").write_text(f"{tip} {past}\n")
    elif how == "a shallow file":
        (shop.path / ".git/shallow").write_text(f"{tip}\n")
    else:
        with Repo(shop.path) as repo:
            oid = repo.store.write_commit(repo.store.commit(tip)._replace(parents=(past,)))
            repo.move(f"refs/replace/{tip}", oid, None)


@pytest.mark.parametrize("how", ["a graft", "a replacement", "a shallow file"])
def test_what_git_is_told_to_pass_over_is_looked_at_all_the_same(stamped: Shop, how: str) -> None:
    past = stamped.git("rev-parse", "main^1").strip()
    stamp = forge(stamped, lambda p: p.result.update(status="FAIL"))
    hidden_by(how, stamped, stamped.commit({"README.md": "x\n"}), past)
    named(stamped, stamp, "not PASS")


def test_a_history_cut_to_one_commit_is_named_by_the_rows_that_it_left(stamped: Shop) -> None:
    tree = stamped.git("rev-parse", "main^{tree}").strip()
    with Repo(stamped.path) as repo:
        cut = repo.store.write_commit(Commit(tree, (), "all of it\n", 1_790_000_200))
        repo.move(MAIN, cut, repo.tip(MAIN))
    assert len(named(stamped, cut, "which is no part of main")) == 2
    ledger = re.sub(r"[0-9a-f]{12} \|", " |", stamped.read("AC_LEDGER.md"))
    put_commit(stamped, "what was done elsewhere\n", {"AC_LEDGER.md": ledger})
    told = stamped.run("verify")
    assert (told.code, "4 rows said DONE when the tables first came" in told.out) == (0, True)
    (adopted,) = [one for one in stamped.run("verify", "--json").json["told"] if one["kind"] == "adopted"]
    assert (adopted["count"], len(adopted["names"])) == (4, 4)


# --- faults that are mended ---------------------------------------------------------------------------------


def test_a_done_criterion_put_back_into_its_words_is_no_fault_any_more(stamped: Shop) -> None:
    table = stamped.read("AC_LEDGER.md")
    reworded = stamped.commit({"AC_LEDGER.md": table.replace("| D-1 | it is right |", "| D-1 | it is right. |")})
    assert len(named(stamped, reworded, "in other words")) == 1
    stamped.commit({"AC_LEDGER.md": table})
    told = stamped.run("verify")
    assert (told.code, f"AC-D-1-1 claimed what no stamp proves from {reworded[:12]}" in told.out) == (0, True)
    stamped.commit({"AC_LEDGER.md": table.replace("| D-1 | it is right |", "| D-1 | it is fast |")})
    assert stamped.run("verify").code == 1


def test_a_row_that_was_said_done_by_hand_and_is_not_any_more_is_no_fault(stamped: Shop) -> None:
    table = stamped.read("D_ROADMAP.md")
    stamped.commit(_done(stamped))
    assert stamped.run("verify").code == 1
    stamped.commit({"D_ROADMAP.md": table})
    assert stamped.run("verify").code == 0


# --- commits that only look like stamps ------------------------------------------------------------------


def test_a_subject_that_says_stamp_without_trailers_is_named(stamped: Shop) -> None:
    named(stamped, put_commit(stamped, "stamp(D-3): Later\n", {}), "two parents")


def test_a_merge_whose_subject_says_stamp_without_trailers_is_named(stamped: Shop) -> None:
    proof = stamped.git("rev-parse", "main^2").strip()
    named(stamped, put_commit(stamped, "stamp(D-2): Second\n", {}, stamped.main(), proof), "trailers do not")


def test_a_hand_made_merge_with_the_trailers_of_a_stamp_is_named(stamped: Shop) -> None:
    text = "x\n\nFactory-Event: stamp\nFactory-Ticket: D-3\nFactory-Attempt: 1\n"
    side = stamped.git("rev-parse", "main^1").strip()
    named(stamped, put_commit(stamped, text, _done(stamped), stamped.main(), side), "no attempt")


def test_trailers_that_are_no_numbers_break_no_command(stamped: Shop) -> None:
    text = "x\n\nFactory-Event: stamp\nFactory-Ticket: D-3\nFactory-Attempt: many\n"
    stamp = put_commit(stamped, text, {}, stamped.main(), stamped.git("rev-parse", "main^2").strip())
    named(stamped, stamp)
    assert stamped.run("status").code == 0


@pytest.mark.parametrize("line", ["Factory-Ticket: D-3", "factory-status: FAIL", "Factory-Cost-USD:0"])
def test_a_second_trailer_of_the_same_name_is_named(stamped: Shop, line: str) -> None:
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    text = tip.message.rstrip("\n") + f"\n{line}\n"
    named(stamped, put_commit(stamped, text, {}, *tip.parents), "twice")


@pytest.mark.parametrize(
    "hostile", ["a\n\nFactory-Event: stamp\nFactory-Ticket: D-9", "stamp(D-9): x", "x\r\rFactory-Status: PASS"]
)
def test_a_workers_words_make_no_stamp_and_no_trailer(make: Make, hostile: str) -> None:
    report = json.dumps({"summary": hostile, "model": hostile})
    shop = make("D-1 A ticket", worker=RIGHT + f"cat > \"$FACTORY_REPORT\" <<'END'\n{report}\nEND\n")
    assert shop.run("run").code == 0
    assert shop.run("verify", "--json").json.items() >= {"stamps": 1, "ok": 1, "bad": []}.items()
    for commit in ("main", "main^2", "main^2^", "main^2^^"):
        assert "D-9" not in shop.git("log", "-1", "--format=%(trailers)", commit)
        assert shop.git("log", "-1", "--format=%(trailers:key=Factory-Ticket,valueonly)", commit).strip() == "D-1"


def test_trailers_in_a_title_or_a_file_make_no_stamp(make: Make) -> None:
    lie = "Factory-Event: stamp Factory-Ticket: D-9"
    shop = make(f"D-1 {lie}", worker=f'printf "right\\n\\n{lie}\\n" > D-1.txt\n')
    assert shop.run("run").code == 0
    assert shop.run("verify", "--json").json.items() >= {"stamps": 1, "ok": 1, "bad": []}.items()
    assert shop.git("log", "-1", "--format=%(trailers:key=Factory-Ticket,valueonly)").strip() == "D-1"


# --- true stamps in a false place ------------------------------------------------------------------------


def test_a_cherry_picked_stamp_is_named(stamped: Shop) -> None:
    """`git cherry-pick -m 1` leaves one parent and the words of a stamp."""
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
        first = repo.store.commit(tip.parents[0])
    named(stamped, put_commit(stamped, tip.message, {}, first.parents[0], tree_of=tip.tree), "copied or rebased")


def test_a_stamp_rebased_with_its_merge_is_named(stamped: Shop) -> None:
    """`git rebase --rebase-merges` keeps two parents, the words and the change, and stands on another main."""
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    other = put_commit(stamped, "new ground\n", {"other.txt": "x\n"}, tip.parents[0], tree_of=tip.parents[0])
    stamp = put_commit(stamped, tip.message, {"other.txt": "x\n"}, other, tip.parents[1], tree_of=tip.tree)
    named(stamped, stamp, "another main")


def test_a_stamp_made_on_a_branch_and_merged_is_named_by_the_rows_that_it_brings(stamped: Shop) -> None:
    before = stamped.git("rev-parse", "main^1").strip()
    stamp = stamped.main()
    named(stamped, put_commit(stamped, "Merge branch 'elsewhere'\n", {}, before, stamp, tree_of=stamp), "no stamp")


def test_swapped_parents_are_named(stamped: Shop) -> None:
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    named(stamped, put_commit(stamped, tip.message, {}, *reversed(tip.parents)), "no attempt")


def test_an_octopus_is_named(stamped: Shop) -> None:
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    named(stamped, put_commit(stamped, tip.message, {}, *tip.parents, tip.parents[0]), "has 3")


def test_an_evidence_commit_with_two_parents_is_named(stamped: Shop) -> None:
    with Repo(stamped.path, durable=False) as repo:
        tip = repo.store.commit(MAIN)
        proof = repo.store.commit(tip.parents[1])
        two = repo.store.write_commit(proof._replace(parents=(*proof.parents, tip.parents[0])))
    named(stamped, put_commit(stamped, tip.message, {}, tip.parents[0], two), "no attempt")


def test_a_stamp_put_back_after_it_was_reverted_is_named(stamped: Shop) -> None:
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    undone = put_commit(stamped, 'Revert "stamp"\n', {}, tree_of=tip.parents[0])
    stamp = put_commit(stamped, tip.message, {}, undone, tip.parents[1], tree_of=tip.tree)
    assert len(named(stamped, stamp, "stamped before")) > 1


def test_the_same_stamp_twice_in_a_row_is_named(stamped: Shop) -> None:
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    stamp = put_commit(stamped, tip.message, {}, stamped.main(), tip.parents[1])
    assert any("D-2 is DONE, not IN_PROGRESS" in why for why in named(stamped, stamp))


def test_a_stamp_of_an_older_attempt_in_place_of_a_newer_one_is_named(make: Make) -> None:
    """The attempt that failed is in the ledger with all its commits: nobody can stamp it afterwards."""
    shop = make("D-1 A ticket", worker='[ "$FACTORY_ATTEMPT" = 1 ] && echo no > D-1.txt || echo right > D-1.txt\n')
    assert shop.run("run").code == 0
    failed = shop.git("log", "--first-parent", "--format=%P", "--grep=^fail(D-1#1)", "factory/ledger").split()[1]
    with Repo(shop.path) as repo:
        tip = repo.store.commit(MAIN)
    named(shop, put_commit(shop, tip.message, {}, tip.parents[0], failed), "not PASS")


def test_a_rewind_that_leaves_its_row_done_is_named(stamped: Shop) -> None:
    text = "rewind(D-2): wrong after all\n\nFactory-Event: rewind\nFactory-Ticket: D-2\n"
    named(stamped, put_commit(stamped, text, {"D-2.txt": None}), "still says DONE")


def test_a_row_set_back_to_done_after_a_revert_is_named(stamped: Shop) -> None:
    undone = put_commit(stamped, 'Revert "stamp"\n', {}, tree_of=stamped.git("rev-parse", "main^1").strip())
    assert stamped.run("verify").code == 0
    table = stamped.read("D_ROADMAP.md", undone).replace("D-2 | IN_PROGRESS", "D-2 | DONE")
    named(stamped, stamped.commit({"D_ROADMAP.md": table}), "no stamp")


# --- another hand ----------------------------------------------------------------------------------------

HANDS: tuple[dict[str, Any], ...] = (
    {"committer": "A Person <a@example.com>"},
    {"author": "A Person <a@example.com>"},
)


@pytest.mark.parametrize("hand", HANDS, ids=["committer", "author"])
def test_an_amended_stamp_is_named(stamped: Shop, hand: dict[str, str]) -> None:
    with Repo(stamped.path) as repo:
        tip = repo.store.commit(MAIN)
    named(stamped, put_commit(stamped, tip.message, {}, *tip.parents, **hand), "amended")


def test_a_header_that_the_factory_does_not_write_is_named(stamped: Shop) -> None:
    with Repo(stamped.path) as repo:
        body = repo.store.read(stamped.main(), "commit")
        oid = repo.store.write("commit", body.replace(b"\n\n", b"\nencoding UTF-8\n\n", 1))
        repo.move(MAIN, oid, repo.tip(MAIN))
    named(stamped, oid, "header")


@pytest.fixture
def signed(make: Make, tmp_path: Path) -> Shop:
    """One stamp, signed with the factory's key; main names who may sign."""
    if not signing.has_program():
        pytest.skip(f"{signing.PROGRAM} is not installed")
    shop = make("D-1 A ticket")
    with Repo(shop.path) as repo:
        line = signing.make_key(key_path(repo, {"HOME": str(tmp_path)}))
    shop.commit({"ssot/allowed_signers": line}, "who may sign")
    return shop


def _key(shop: Shop, home: Path) -> Path:
    with Repo(shop.path) as repo:
        return key_path(repo, {"HOME": str(home)})


@pytest.fixture
def run_signed(signed: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert signed.run("run").code == 0
    return signed


def test_a_signed_stamp_is_good_and_git_says_so_too(run_signed: Shop, tmp_path: Path) -> None:
    assert run_signed.run("verify").code == 0
    allowed = tmp_path / "allowed"
    allowed.write_text(run_signed.read("ssot/allowed_signers"))
    with Repo(run_signed.path) as repo:
        options = ("-c", f"gpg.ssh.allowedSignersFile={allowed}", "-c", "gpg.format=ssh")
        code, _, err = repo.ask(*options, "verify-commit", "main")
    assert (code, "Good" in err) == (0, True)


def test_a_stamp_without_a_signature_where_main_names_signers_is_named(run_signed: Shop) -> None:
    named(run_signed, forge(run_signed, lambda parts: None), "not signed")


def test_a_stamp_signed_with_another_key_is_named(run_signed: Shop, tmp_path: Path) -> None:
    signing.make_key(tmp_path / "other" / "key")
    with Repo(run_signed.path) as repo:
        unsigned = repo.store.commit(MAIN)._replace(signature="")
        oid = repo.store.write_commit(Signer(tmp_path / "other" / "key").sign(unsigned))
        repo.move(MAIN, oid, repo.tip(MAIN))
    named(run_signed, oid, "signature is not one of")


def test_a_stamp_changed_under_its_signature_is_named(run_signed: Shop) -> None:
    with Repo(run_signed.path) as repo:
        tip = repo.store.commit(MAIN)
        oid = repo.store.write_commit(tip._replace(time=tip.time + 1))
        repo.move(MAIN, oid, repo.tip(MAIN))
    named(run_signed, oid, "signature is not one of")


def test_a_list_of_signers_that_was_taken_away_and_put_back_is_told(run_signed: Shop) -> None:
    names = run_signed.read("ssot/allowed_signers")
    gone = run_signed.commit({"ssot/allowed_signers": None}, "nobody")
    row, ac = "| D-2 | IN_PROGRESS | P2 | LOW | Two |  |\n", "| AC-2 | D-2 | x | `grep -q right D-2.txt` | OPEN |  |\n"
    tables = {
        "D_ROADMAP.md": run_signed.read("D_ROADMAP.md") + row,
        "AC_LEDGER.md": run_signed.read("AC_LEDGER.md") + ac,
    }
    run_signed.commit(tables)
    assert run_signed.run("run").code == 0
    stamp = forge(run_signed, lambda parts: None)
    back = run_signed.commit({"ssot/allowed_signers": names}, "somebody again")
    told = run_signed.run("verify")
    assert told.code == 0
    assert f"1 of them though main had named who may sign before: {stamp[:12]}" in told.out
    assert f"changed after it first named somebody: {gone[:12]}, {back[:12]}" in told.out
    kinds = {one["kind"]: one["names"] for one in run_signed.run("verify", "--json").json["told"]}
    assert (kinds["unsigned_late"], kinds["signers"]) == ([stamp], [gone, back])


# --- good stays good -------------------------------------------------------------------------------------


def test_a_clone_of_main_alone_verifies_without_the_ledger(stamped: Shop, tmp_path: Path) -> None:
    stamped.run("verify")
    with Repo(stamped.path) as repo:
        repo.call(
            "clone", "-q", "--single-branch", "--no-local", "--branch", "main", f"file://{stamped.path}",
            str(tmp_path / "clone"), cwd=tmp_path, GIT_ALLOW_PROTOCOL="file",
        )  # fmt: skip
    clone = Shop(tmp_path / "clone", stamped.run)
    assert "ledger" not in clone.git("for-each-ref")
    from factory.verify.verify import verify

    with Repo(clone.path) as repo:
        found = verify(repo, repo.tip(MAIN) or "")
    assert (found.stamps, found.ok, found.bad) == (2, 2, ())


def test_a_persons_commits_between_stamps_are_no_fault(stamped: Shop) -> None:
    table = stamped.read("D_ROADMAP.md").replace("D-3 | PLANNED", "D-3 | IN_PROGRESS")
    stamped.commit({"D_ROADMAP.md": table, "README.md": "about\n"}, "release D-3")
    assert stamped.run("run").code == 0
    assert stamped.run("verify", "--json").json.items() >= {"stamps": 3, "ok": 3, "bad": []}.items()
