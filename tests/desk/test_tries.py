"""`factory log` and what a run tells, as a person reads them: in their language, in the factory's zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from factory.faces.cli.terminal import line_of
from factory.model import Progress
from tests.line.conftest import Shop
from tests.line.night import FAST

Make = Callable[..., Shop]
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Pacific/Auckland")).timestamp()


def test_the_log_of_a_ticket_is_told_in_korean_too(make: Make) -> None:
    shop = make("D-1 One", worker="echo wrong > D-1.txt\n", settings=FAST)
    assert shop.run("run").code == 1
    english, korean = shop.run("log", "D-1").out, shop.run("--lang", "ko", "log", "D-1").out
    assert "failed: AC-D-1-1 is still red" in english
    assert "changed 1 file: D-1.txt (+1 -0)" in english
    assert "바꾼 것: 파일 1개: D-1.txt (+1 -0)" in korean
    assert re.search("실패: .*AC-D-1-1.*[가-힣]", korean)
    assert [
        line for line in korean.splitlines() if re.match(r" +(worker|changed|failed|the patch|all that)", line)
    ] == []
    assert shop.run("log", "D-1", "--json").json == shop.run("--lang", "ko", "log", "D-1", "--json").json


def test_what_a_run_tells_has_the_time_of_the_factorys_zone() -> None:
    assert line_of(Progress(text="x", at=NOON, zone="Pacific/Auckland")).startswith("12:00:00 ")
    assert line_of(Progress(text="x", at=NOON, zone="Asia/Seoul")).startswith("08:00:00 ")


def test_a_runs_own_lines_know_the_zone(make: Make) -> None:
    shop = make("D-1 One", settings=FAST + '[factory]\ntimezone = "Etc/GMT-14"\n')
    before = dt.datetime.now(ZoneInfo("Etc/GMT-14"))
    done = shop.run("run")
    after = dt.datetime.now(ZoneInfo("Etc/GMT-14"))
    hours = {line[:2] for line in done.out.splitlines() if re.match(r"\d\d:\d\d:\d\d ", line)}
    assert hours
    assert hours <= {f"{before:%H}", f"{after:%H}"}
