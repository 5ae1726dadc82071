"""One night in which each trouble of one ticket happens: every other ticket is stamped, and the report says what is so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop, criteria
from tests.line.night import safe
from tests.night.quick import night
from tests.night.troubles import SURROGATE, TROUBLES, Trouble

Make = Callable[..., Shop]
SETTINGS = """
[workers.default]
kind = "command"
command = ["sh", "tools/worker.sh"]

[workers.dear]
kind = "gemini"
model = "E-8"

[gate]
doctor = ["true"]
fast = []
regression = ["sh tools/regression.sh"]
junit = "report.xml"

[caps]
attempts = 1

[storm]
failures = 99
box_failures = 99

[budget]
daily_usd = 1000
cycle_usd = 0.5

[sandbox]
kind = "none"
"""
REGRESSION = """
if [ -e junk ]; then echo '<<' > report.xml; exit 0; fi
echo '<testsuite name="s"><testcase name="t"/></testsuite>' > report.xml
"""


def ticket_of(number: int, trouble: Trouble | None) -> str:
    return trouble.id if trouble and trouble.id else f"D-{number}"


def row(ticket: str, trouble: Trouble | None) -> str:
    modify = "" if trouble and trouble.worker else f'modify = ["{ticket}.txt"]\n'
    return f"{ticket} A ticket |  | ```toml\n{modify}{trouble.section if trouble else ''}\n```"


def laid(make: Make, tickets: int, troubles: tuple[Trouble, ...]) -> tuple[Shop, dict[str, Trouble]]:
    """A shop of that many tickets, the troubles spread among them."""
    every = tickets // len(troubles)
    found = {n: troubles[n // every] for n in range(0, every * len(troubles), every)}
    names = {ticket_of(n, found.get(n)): found.get(n) for n in range(tickets)}
    cases = "".join(f"{name}) {t.worker};;\n" for name, t in names.items() if t and t.worker)
    table = criteria()
    for name, trouble in names.items():
        table += criteria(name, check=(trouble and trouble.check) or "grep -q right {0}.txt").splitlines(True)[-1]
    words = next((name for name, t in names.items() if t and "words_test" in t.check), "")
    shop = make(
        *(row(name, trouble) for name, trouble in names.items()), settings=SETTINGS, regression=REGRESSION, ledger=table,
        worker=f'case "$FACTORY_TICKET" in\n{cases}esac\necho right > "$FACTORY_TICKET.txt"\n',
        files={"words_test.py": SURROGATE.format(ticket=words)},
    )  # fmt: skip
    return shop, {name: trouble for name, trouble in names.items() if trouble}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("tickets", [20, pytest.param(120, marks=pytest.mark.prove)])
def test_every_other_ticket_is_stamped_and_each_trouble_is_told_as_it_is(
    tickets: int, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    shop, troubles = laid(make, tickets, TROUBLES)
    in_the_way = next(name for name, trouble in troubles.items() if trouble.lies)
    (shop.path / f"{in_the_way}.txt").write_text(troubles[in_the_way].lies)
    (lock := shop.path / ".git" / "index.lock").touch()  # of a git that died an hour ago
    os.utime(lock, (time.time() - 3600, time.time() - 3600))
    evening = night(shop, tmp_path / "slept")
    assert evening.code == 3, evening.said
    assert f"{in_the_way} passed, and waits to be stamped" in shop.run("status", "--json").json["stop_reason"]
    assert (shop.path / f"{in_the_way}.txt").read_text() == troubles[in_the_way].lies

    (shop.path / f"{in_the_way}.txt").unlink()
    found = night(shop, tmp_path / "slept")
    assert found.code == 2, found.said  # what a person wrote is wrong, and all else is done
    assert f"{in_the_way}: attempt" not in found.said  # what passed was kept
    standing = shop.run("status", "--json").json["tickets"]
    assert {name for name, t in standing.items() if t["state"] != "DONE"} <= troubles.keys(), found.said
    ends = {troubles[name].name: standing[name]["state"] for name in troubles}
    assert ends == {t.name: t.ends for t in TROUBLES}, found.said

    report = shop.run("report").out
    english, korean = report.split("## 한국어")
    for name, trouble in troubles.items():
        if trouble.ends == "DONE":
            continue
        for page, waits, blocked in ((english, "waits until this is mended", "needs a person"),
                                     (korean, "고칠 때까지 기다립니다", "사람이 봐야 합니다")):  # fmt: skip
            line = next(
                (
                    line
                    for line in page.splitlines()
                    if line.startswith((f"- {name} ", f"- {name}: ", f"{name} needs", f"{name}: "))
                ),
                "",
            )
            assert trouble.says in line, line
            assert (waits if trouble.ends == "PENDING" else blocked) in line
    assert shop.run("verify").code == 0
    safe(shop)
