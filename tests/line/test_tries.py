"""What `factory log TICKET` tells of each attempt."""

from __future__ import annotations

from collections.abc import Callable

from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST

Make = Callable[..., Shop]


def test_the_log_of_a_ticket_tells_what_each_attempt_did_and_where_its_patch_is(make: Make) -> None:
    worker = f"""
if [ "$FACTORY_ATTEMPT" = 1 ]; then echo wrong > D-1.txt; echo '{{"model": "m-1", "calls": 1}}' > "$FACTORY_REPORT"
else {RIGHT} fi
"""
    shop = make("D-1 One", "D-2 Two | D-9", "D-9 Nine", worker=worker, settings=FAST, planned=("D-9",))
    assert shop.run("run").code == 1
    failed = shop.run("log", "D-1").out.split(" fail ")[1]
    assert "\n    worker default, model m-1: " in failed
    assert ", 1 call, $0.00\n" in failed
    assert "\n    changed 1 file: D-1.txt (+1 -0)\n" in failed
    assert "\n    failed: AC-D-1-1 is still red: `grep -q right D-1.txt`\n" in failed
    patch = failed.partition("the patch: git ")[2].splitlines()[0].split()
    assert "+wrong" in shop.git(*patch)
    log = failed.partition("all that the gate said: git ")[2].splitlines()[0].split()
    assert "== AC-D-1-1 after" in shop.git(*log)
    stamped = shop.run("log", "D-1", "--json").json[0]
    assert "changed 1 file: D-1.txt (+1 -0)" in stamped["tried"]
    assert shop.run("log", "D-2").out == "nothing has happened to D-2 yet\n"
    unknown = shop.run("log", "D-7")
    assert (unknown.code, unknown.err) == (
        2,
        "factory: D_ROADMAP.md: there is no ticket D-7; `factory status` lists them\n",
    )
