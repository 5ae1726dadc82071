"""The second reader reads what changes code, whatever its trade, and can only say no."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.trades.kit import Line, every

Lay = Callable[..., Line]
# It blocks what changes `danger`, asks for another try at what is `sloppy`, breaks at what is `mute`, else passes.
AUDITOR = """
import json, os
diff = json.load(open(os.environ["FACTORY_PLAN"]))["description"].split("----- the change begins -----")[1]
verdict = next((v for word, v in [("+danger", "BLOCK"), ("+sloppy", "RETRY")] if word in diff), "PASS")
if "+mute" in diff:
    raise SystemExit(3)
seen = [{"path": "src/1.txt", "line": 1, "message": "say it well"}] if verdict != "PASS" else []
json.dump({"verdict": verdict, "summary": "as it was read", "findings": seen}, open("AUDIT.json", "w"))
"""
READ = """
[workers.reader]
kind = "command"
command = ["python3", "tools/auditor.py"]

[auditor]
worker = "reader"

[risk.LOW]
auditor = true

[risk.MED]
auditor = true
"""


def read_by(lay: Lay, word: str = "", unless: str = "", auditor: str = AUDITOR) -> Line:
    """One item, whose change holds a word; it does not where its plan tells `unless`."""
    line = lay(settings=READ, files={"tools/auditor.py": auditor})
    says = f'grep -q "{unless or "no such words"}" "$FACTORY_PLAN" || echo {word} >> {line.own()}' if word else ""
    line.shop.commit({"tools/worker.sh": line.scripted(f"right; {says}")})
    return line


@every("ticket", "patch")
def test_what_passes_is_read_and_the_opinion_is_in_the_evidence(lay: Lay) -> None:
    line = read_by(lay)
    assert line.run().code == 0
    assert json.loads(line.evidence("main^2", "evidence/audit_report.json"))["verdict"] == "PASS"
    line.sound()


@every("ticket", "patch")
def test_a_block_is_quarantined_at_once_with_its_finding(lay: Lay) -> None:
    line = read_by(lay, "danger")
    assert line.run().code == 1
    (item,) = line.facts()
    assert (item["state"], item["attempts"], "as it was read" in item["why"]) == ("BLOCKED", 1, True)


@every("ticket", "patch")
def test_a_retry_tells_the_next_attempt_what_to_change(lay: Lay) -> None:
    line = read_by(lay, "sloppy", unless="say it well")
    assert (line.run().code, line.begun()) == (0, [1, 1])


@every("ticket", "patch")
def test_no_opinion_lets_nothing_pass_where_one_is_due_and_nobody_is_paid_again(lay: Lay) -> None:
    line = read_by(lay, "mute")
    done = line.run()
    assert (done.code, line.stamped(), line.facts()[0]["attempts"]) == (4, [], 0), done
    line.shop.commit({"tools/auditor.py": AUDITOR.replace("+mute", "+moot")})
    assert (line.run().code, line.begun()) == (0, [1])


@every()
def test_an_audit_by_hand_reads_a_stamped_item_again(lay: Lay) -> None:
    line = read_by(lay)
    line.run()
    done = line.run("audit", line.ids[0], "--json")
    assert (done.code, done.json["verdict"]) == (0, "PASS"), done
