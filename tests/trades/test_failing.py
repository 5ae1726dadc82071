"""Items that fail: back with the reason, quarantined at the cap, and what passed beside them is stamped."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.trades.kit import Line, every

Lay = Callable[..., Line]
SECOND_WRONG = '[ "$N" = 2 ] && wrong || right'


def failures(line: Line, n: int) -> list[str]:
    """The `fail` events of item n, oldest first: the commit and its subject."""
    found = line.shop.git("log", "--first-parent", "--reverse", "--format=%H %s", "factory/ledger").splitlines()
    return [event for event in found if event.split(" ", 1)[1].startswith(f"fail({line.ids[n - 1]}#")]


@every()
def test_an_item_that_never_passes_is_quarantined_and_the_others_are_stamped(lay: Lay) -> None:
    line = lay(3, SECOND_WRONG)
    done = line.run()
    assert (done.code, line.states(), line.begun()) == (1, ["DONE", "BLOCKED", "DONE"], [1, 2, 2, 2, 3]), done
    bad = line.facts()[1]
    assert (bad["attempts"], bad["stamp"], bool(bad["why"])) == (3, None, True)
    assert sorted(line.stamped()) == [line.ids[0], line.ids[2]]
    assert (line.run().code, line.begun()) == (1, [1, 2, 2, 2, 3])
    line.sound()


@every()
def test_each_failed_attempt_is_in_the_ledger_with_its_reason_and_its_evidence(lay: Lay) -> None:
    line = lay(2, SECOND_WRONG)
    line.run()
    found = failures(line, 2)
    assert len(found) == 3
    for number, event in enumerate(found, 1):
        proof = f"{event.split()[0]}^2"
        result = json.loads(line.evidence(proof, "result.json", 2))
        assert (result["status"], result["attempt"], result["triage"]) == ("FAIL", number, line.facts()[1]["triage"])
        assert line.evidence(proof, "evidence/gate.log", 2)
        assert line.shop.read(line.own(2), proof)


@every()
def test_the_next_attempt_is_told_why_the_last_one_failed(lay: Lay) -> None:
    line = lay(1, 'grep -q \'"triage": *"[A-Z]\' "$FACTORY_PLAN" && right || wrong')
    assert (line.run().code, line.begun()) == (0, [1, 1])


@every()
@pytest.mark.parametrize("worker", ["exit 1", "right; echo x > ssot/SSOT_RULES.md", "true"])
def test_a_crash_a_forbidden_file_and_nothing_at_all_are_failures(lay: Lay, worker: str) -> None:
    line = lay(1, worker, settings="\n[caps]\nattempts = 1\n")
    triage = {"exit 1": "WORKER", "true": "EMPTY"}.get(worker, "SCOPE")
    assert (line.run().code, line.facts()[0]["state"], line.facts()[0]["triage"]) == (1, "BLOCKED", triage)


@every()
def test_a_retry_gives_all_attempts_anew_and_goes_on_with_the_numbers(lay: Lay) -> None:
    line = lay(1, '[ "$FACTORY_ATTEMPT" = 5 ] && right || wrong')
    assert line.run().code == 1
    assert line.run("retry", line.ids[0]).code == 0
    assert (line.run().code, line.begun()) == (0, [1] * 5)
    assert f"{line.ids[0]}#5" in line.shop.git("log", "--format=%s", "main^2") + line.shop.git(
        "log", "-1", "--format=%B"
    )


@every()
def test_after_main_went_back_behind_a_stamp_its_items_are_done_again(lay: Lay) -> None:
    line = lay(2)
    assert line.run().code == 0
    line.shop.git(
        "reset", "-q", "--hard", line.shop.git("log", "--format=%H", "--grep=^stamp(", "main").split()[-1] + "^"
    )
    assert (line.run().code, line.states(), line.begun()) == (0, ["DONE", "DONE"], [1, 1, 2, 2])
    line.sound()
