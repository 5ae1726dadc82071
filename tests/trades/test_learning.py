"""What was learnt, and what a worker says of its work: kept for whoever comes next, within bounds."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.trades.kit import Line, every

Lay = Callable[..., Line]
# Both fail the same way; the second is told of the first one's stamp, and does the same.
TOLD = """
if grep -q "it went away with stamp" "$FACTORY_PLAN"; then right; exit 0; fi
if [ "$N" = 1 ] && [ "$FACTORY_ATTEMPT" = 2 ]; then right; exit 0; fi
right; echo broken > src/$N.txt
"""


@every("ticket", "patch")
def test_a_failure_opens_a_lesson_and_a_stamp_is_its_fix(lay: Lay) -> None:
    line = lay(1, '[ "$FACTORY_ATTEMPT" = 2 ] && right || wrong')
    assert line.run().code == 0
    (lesson,) = line.run("kb", "list", "--json").json
    assert (lesson["seen"], len(lesson["fixes"])) == (1, 1)


@every("ticket", "patch")
def test_the_second_item_is_handed_what_helped_the_first(lay: Lay) -> None:
    line = lay(2, TOLD, at_once=1)
    assert (line.run().code, line.states()) == (0, ["DONE", "DONE"])


SAYS = """right; python3 -c 'import json, os
json.dump({{"summary": {}, "model": "m-1"}}, open(os.environ["FACTORY_REPORT"], "w"))'"""


@every()
def test_a_summary_of_a_megabyte_blocks_the_item_for_its_length(lay: Lay) -> None:
    line = lay(1, SAYS.format('"word " * 200000'))
    assert line.run().code == 1
    (item,) = line.facts()
    assert (item["state"], item["attempts"], "tokens" in item["why"]) == ("BLOCKED", 1, True)


@every()
def test_a_summary_with_control_codes_obeys_nobodys_terminal(lay: Lay) -> None:
    line = lay(1, SAYS.format('"\\u001b]0;owned\\u0007 \\u001b[2Jdone\\r\\u202e"'))
    done = line.run()
    assert (done.code, line.states()) == (0, ["DONE"]), done
    shown = done.out + "".join(line.run(*words).out for words in (["log", line.ids[0]], ["status"], ["report"]))
    told = line.shop.git("log", "--format=%B", "main^2", "factory/ledger")
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(shown + told)
    assert json.loads(line.evidence("main^2", "result.json"))["model_used"] == "m-1"
