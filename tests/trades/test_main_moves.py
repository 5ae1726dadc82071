"""Main moves while an item is worked on: what counts is what main says at the stamp, not what it said at the start."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from tests.trades.kit import PLAN_AT, SETTINGS, Line, every

Lay = Callable[..., Line]


@every()
def test_a_commit_of_a_person_meanwhile_is_kept_and_the_stamp_holds(lay: Lay) -> None:
    line = lay()
    done = line.run_while(lambda: line.shop.commit({"other.txt": "a person's\n"}))
    assert (done.code, line.states()) == (0, ["DONE"]), done
    assert line.shop.read("other.txt") == "a person's\n"
    line.sound()


@every()
def test_a_path_protected_meanwhile_holds(lay: Lay) -> None:
    line = lay()
    protected = SETTINGS + f'\n[protected]\npaths = ["{line.own()}"]\n'
    line.run_while(lambda: line.shop.commit({"ssot/factory.toml": protected}))
    assert line.stamped() == []
    line.sound()


@every("ticket", "patch")
def test_a_tier_added_meanwhile_is_run(lay: Lay) -> None:
    line = lay()
    tier = SETTINGS.replace("fast = []", 'fast = ["! grep -qs right D-1.txt && ! grep -qs new src/1.txt"]')
    line.run_while(lambda: line.shop.commit({"ssot/factory.toml": tier}))
    assert line.stamped() == []
    line.sound()


@every("card", "patch")
def test_a_file_that_an_item_was_given_and_that_changed_meanwhile_makes_it_anew(lay: Lay) -> None:
    line = lay()
    done = line.run_while(lambda: line.shop.commit({"src/1.txt": "a person's\n"}))
    assert (done.code, line.states(), line.begun()) == (0, ["DONE"], [1, 1]), done
    line.sound()


SCANNED = """\
goal: A file is scanned beside another that is worked on
sources: {code: "src/1.txt", scanned: "src/2.txt"}
lanes: {1: {name: work, worker: default}, 2: scan}
cards:
  work: {type: TEST, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}}
  scan: {type: SCAN, lane: 2, source: scanned, accept: {schema: index, count: inputs}}
"""


@every("card")
def test_a_scan_tells_of_the_file_that_main_has_at_the_stamp(lay: Lay) -> None:
    line = lay(2, files={PLAN_AT: SCANNED})
    line.run_while(lambda: line.shop.commit({"src/2.txt": "a person's\n"}))
    stamp = line.run("status", "--json").json["cards"]["cards"]["L2_SCAN_000001"]["stamp"]
    (record,) = map(json.loads, line.shop.read("output/20260105/L2_SCAN_000001.jsonl", stamp).splitlines())
    assert record["sha256"] == hashlib.sha256(line.shop.read("src/2.txt", stamp).encode()).hexdigest()
