"""PATCH cards change code: the whole gate judges each of them alone, and each has a stamp of its own."""

from __future__ import annotations

import json

import pytest

from guards import size
from tests.trucks.conftest import DAY, MakeDay, cards, stamps

PLAN = """\
goal: Patch two files
sources: {code: "src/*.txt"}
lanes: {1: {name: patch, worker: default}, 2: {name: scan, prio: C}}
cards:
  patch: {type: PATCH, lane: 1, source: code, accept: {schema: {done: boolean}}}
  scan: {type: SCAN, lane: 2, source: code, accept: {schema: index}}
"""
FILES = {"src/a.txt": "old\n", "src/b.txt": "old\n"}
WRITE = f"mkdir -p output/{DAY}; echo '{{\"done\": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl\n"
CHANGE = WRITE + "case $FACTORY_TICKET in *1) f=a;; *) f=b;; esac; echo new > src/$f.txt\n"


def test_each_patch_passes_the_whole_gate_and_has_a_stamp_of_its_own(
    make_day: MakeDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_day(PLAN, files=FILES, worker=CHANGE)
    assert shop.run("run").code == 0
    assert sorted(subject.partition(": ")[2] for subject in stamps(shop)) == [
        "L1_PATCH_000001", "L1_PATCH_000002", "L2_SCAN_000001", "L2_SCAN_000002",
    ]  # fmt: skip
    assert shop.read("src/a.txt") + shop.read("src/b.txt") == "new\nnew\n"
    oid = cards(shop)["L1_PATCH_000001"]["stamp"]
    result = json.loads(shop.read(".factory/cards/L1_PATCH_000001/result.json", f"{oid}^2"))
    assert result["gate_results"] == {"doctor": "PASS", "fast": "SKIPPED", "regression": "PASS"}
    assert set(result["guards"].values()) == {"PASS"}
    assert shop.run("verify", "--rerun").code == 0
    monkeypatch.setattr(size, "lines_changed", lambda *_: 999)  # as if the change were a forged one
    whys = [bad["why"] for bad in shop.run("verify", "--json").json["bad"]]
    assert sorted(why.split(":")[0] for why in whys) == ["L1_PATCH_000001", "L1_PATCH_000002"]
    assert all("the guards refuse it: src/" in why for why in whys)


def test_a_patch_that_breaks_the_regression_is_never_stamped(make_day: MakeDay) -> None:
    shop = make_day(PLAN, files=FILES, worker=CHANGE, regression="grep -q old src/a.txt\n")
    assert shop.run("run").code == 1
    found = cards(shop)
    assert (found["L1_PATCH_000001"]["state"], found["L1_PATCH_000001"]["triage"]) == ("BLOCKED", "TEST")
    assert found["L1_PATCH_000002"]["state"] == "DONE"
    assert shop.read("src/a.txt") == "old\n"


def test_a_patch_may_change_its_own_files_alone(make_day: MakeDay) -> None:
    shop = make_day(PLAN, files=FILES, worker=WRITE + "echo $FACTORY_TICKET > src/a.txt\n")
    assert shop.run("run").code == 1
    found = cards(shop)
    assert found["L1_PATCH_000001"]["state"] == "DONE"
    assert (found["L1_PATCH_000002"]["state"], found["L1_PATCH_000002"]["triage"]) == ("BLOCKED", "SCOPE")
