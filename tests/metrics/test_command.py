"""`factory metrics` and `factory alerts` as a person, a cron job and a program meet them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.desk.metrics import judged, page
from factory.observe.alerts import ALERTS
from factory.observe.reading import Yesterday
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, PATIENCE, ROOT, command, environment
from tests.metrics.test_reading import WORKER, number, numbers
from tests.work import work

Make = Callable[..., Shop]
BLOCKED = 'case "$FACTORY_TICKET" in D-2) exit 1;; esac\n' + RIGHT


def test_the_numbers_are_printed_and_a_file_holds_the_same(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    printed, at = shop.run("metrics"), tmp_path / "factory.prom"
    assert (printed.code, printed.err) == (0, "")
    assert printed.out.startswith("# HELP gpt5_request_latency_seconds ")
    written = shop.run("metrics", "--textfile", str(at))
    assert (written.code, written.out) == (0, "")  # cron mails what is said
    then = {key: value for key, value in numbers(printed.out).items() if key[0] != "factory_metrics_timestamp_seconds"}
    assert then.items() <= numbers(at.read_text(encoding="utf-8")).items()
    assert at.read_text(encoding="utf-8").endswith("\n")
    assert at.stat().st_mode & 0o444 == 0o444  # the node exporter is another user


def test_a_file_takes_the_place_of_the_old_one_whole_and_nothing_lies_beside_it(make: Make, tmp_path: Path) -> None:
    shop, at = make("D-1 One", settings=FAST), tmp_path / "out" / "factory.prom"
    at.parent.mkdir()
    at.write_text("old\n")
    with at.open() as reader:
        assert shop.run("metrics", "--textfile", str(at)).code == 0
        assert reader.read() == "old\n"  # who was reading it reads it to its end
    assert "factory_state" in at.read_text()
    assert list(at.parent.iterdir()) == [at]


def test_a_file_that_cannot_be_written_is_one_line_and_leaves_the_old_one(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=FAST)
    none = shop.run("metrics", "--textfile", str(tmp_path / "none" / "a.prom"))
    assert (none.code, none.out) == (2, "")
    assert none.err == f"factory: {tmp_path / 'none'}: there is no such folder; make it, or name another file\n"
    folder = shop.run("metrics", "--textfile", str(tmp_path))
    assert folder.code == 4
    assert folder.err.count("\n") == 1
    assert "Traceback" not in folder.err


def test_where_the_tables_cannot_be_read_the_file_stays_and_the_line_says_why(make: Make, tmp_path: Path) -> None:
    shop, at = make("D-1 One", settings=FAST), tmp_path / "a.prom"
    assert shop.run("metrics", "--textfile", str(at)).code == 0
    old = at.read_text()
    shop.commit({"D_ROADMAP.md": "no table\n"})
    said = shop.run("metrics", "--textfile", str(at))
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.startswith("factory: D_ROADMAP.md:")
    assert at.read_text() == old


def test_looking_changes_neither_git_nor_the_house(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    home = Path(os.environ["HOME"])
    before = {at: at.stat().st_mtime_ns for at in (*home.rglob("*"), *(shop.path / ".git").rglob("*")) if at.is_file()}
    for words in (["metrics"], ["alerts"], ["alerts", "--json"]):
        assert shop.run(*words).code == 0
    after = {at: at.stat().st_mtime_ns for at in (*home.rglob("*"), *(shop.path / ".git").rglob("*")) if at.is_file()}
    assert after == before


def test_where_nothing_is_wrong_no_alert_fires(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("alerts").code == 0
    assert shop.run("run").code == 0
    said = shop.run("alerts")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "no alert fires"
    assert said.out.splitlines()[1].startswith(f"read at main {shop.main()[:12]}  ledger ")
    data = shop.run("alerts", "--json").json
    assert (data["firing"], data["quiet"]) == ([], [rule.name for rule in ALERTS])


def test_a_ticket_waits_for_the_morning_and_a_page_ends_with_one(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", worker=BLOCKED, settings=FAST)
    assert shop.run("run").code == 1
    said = shop.run("alerts")
    assert said.code == 0
    assert "ticket FactoryBlocked: Something is BLOCKED and waits for a person. (1)" in said.out
    assert "BLOCKED 상태로" in said.out
    assert "`factory help FactoryBlocked` says what to do" in said.out
    (one,) = shop.run("alerts", "--json").json["firing"]
    assert (one["name"], one["priority"], one["value"]) == ("FactoryBlocked", "ticket", 1)
    assert one["runbook"] == "factory help FactoryBlocked"
    shop.commit({"ssot/factory.toml": FAST.replace('"sh", "tools/worker.sh"', '"no-such-program"')})
    assert shop.run("retry", "D-2").code == 0
    assert shop.run("run").code == 4
    loud = shop.run("alerts")
    assert loud.code == 1
    assert loud.out.startswith("page   FactoryStopped: ")
    assert [one["name"] for one in shop.run("alerts", "--json").json["firing"]] == ["FactoryStopped"]


def test_what_rose_is_counted_from_the_events_own_times(make: Make) -> None:
    shop = make("D-1 One", worker=WORKER, settings=FAST)
    assert shop.run("run").code == 0
    assert shop.run("rewind", "D-1").code == 0
    now = time.time()
    assert [one.rule.name for one in judged(shop.path, now).fired] == ["FactoryTookBack"]
    assert judged(shop.path, now + 86400 - 600).fired
    assert judged(shop.path, now + 86400 + 600).fired == []


def test_who_keeps_yesterday_and_who_starts_anew_judge_alike(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", worker=WORKER, settings=FAST)
    yesterday = Yesterday()
    for words in (("run",), ("rewind", "D-1"), ("status",), ("run",)):
        shop.run(*words)
        for later in (0, 5000, 90_000, 10):  # the clock goes on, and is set back
            now = time.time() + later
            again = judged(shop.path, now, yesterday)
            assert again == judged(shop.path, now)
            yesterday = again.yesterday
    at = time.time() + 200_000
    yesterday = judged(shop.path, at, yesterday).yesterday
    assert yesterday.measured.total("stamps") == 3
    assert work(lambda: judged(shop.path, at, yesterday)) < work(lambda: judged(shop.path, at))
    shop.git("update-ref", "-d", "refs/heads/factory/ledger")
    assert judged(shop.path, at, yesterday) == judged(shop.path, at)


def test_the_rules_are_printed_as_they_lie_in_the_docs(make: Make) -> None:
    said = make("D-1 One", settings=FAST).run("alerts", "--rules")
    assert (said.code, said.out) == (0, (ROOT / "docs/observability/alerts.yml").read_text(encoding="utf-8"))


def test_what_is_new_costs_as_much_however_much_is_known(make: Make) -> None:
    """By the lines of Python that run: the page after one more event is no dearer for the events before."""
    shop = make(*(f"D-{n} One" for n in range(1, 7)), settings=FAST)
    costs = []
    for _ in range(2):
        assert shop.run("run", "--tickets", "3").code in (0, 1)
        known = page(shop.path, time.time()).numbers
        shop.commit({"notes.txt": str(len(costs))})
        costs.append(work(lambda known=known: page(shop.path, time.time(), known)))
    anew = work(lambda: page(shop.path, time.time()))
    assert costs[1] < costs[0] * 1.5
    assert costs[1] < anew


@pytest.mark.parametrize("words", [("metrics",), ("alerts",), ("status",), ("--help",)])
def test_the_base_install_is_enough(make: Make, words: tuple[str, ...]) -> None:
    """No library of an extra, nor what only tests have, is loaded; and to look at a status, none of the numbers."""
    shop = make("D-1 One", settings=FAST)
    args = list(words) if words == ("--help",) else [*words, "--repo", str(shop.path)]
    code = (
        "import sys\nfrom factory.cli import main\n"
        f"try: main({args!r})\nexcept SystemExit as end: assert not end.code, end.code\n"
        "bad = {m for m in sys.modules if m.split('.')[0] in ('prometheus_client', 'yaml', 'starlette', 'rich')}\n"
        f"bad |= {{m for m in sys.modules if m.startswith('factory.observe') and {words[0] in ('status', '--help')}}}\n"
        "sys.exit(sorted(bad)[:5] or 0)\n"
    )
    done = subprocess.run(
        [command(shop)[0], "-c", code], cwd=ROOT, env=environment(), capture_output=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_it_is_on_the_pages(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    told = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    for words in ("factory metrics --textfile PATH", "factory alerts", "alerts.yml", "grafana.json", "node_exporter"):
        assert words in told
    assert number(numbers(shop.run("metrics").out), "ko_busy_state") == 0
