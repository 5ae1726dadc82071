"""`factory demo --serve` in a real Chromium: the night is shown as it goes, and nobody reloads a page."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.web.browser import LACKS, chromium
from tests.web.referees import complaints
from tests.web.test_browser import until
from tests.web.watchers import say

ROOT = Path(__file__).parents[2]
LONGEST = 600.0  # seconds that a night may take on a machine that is busy
LOOK = """
const all = (name) => [...document.querySelectorAll(name)].map((one) => one.textContent.trim());
return [window.untouched === true, all('#ribbon b'), all('#pane-line tbody tr'), all('#pane-line .p.done').length,
  all('#pane-line .p.works').length, document.getElementById('news').textContent, document.getElementById('live').hidden];
"""


class Seen(NamedTuple):
    """What a page showed at one moment."""

    untouched: bool  # it was not loaded anew
    ribbon: list[str]
    rooms: list[str]
    done: int
    works: int
    news: str
    live: bool


class Demo:
    """The demonstration's process, and what it said."""

    def __init__(self) -> None:
        command = [sys.executable, "-u", "-m", "factory", "demo", "--serve", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as said:
            for line in said:
                self.said += line

    @property
    def address(self) -> str:
        """Where its console is; empty before it said so."""
        return next(iter(re.findall(r"http://127\.0\.0\.1:\d+/", self.said)), "")


@contextmanager
def demo() -> Iterator[Demo]:
    """It is ended as a person would end it, and ends well."""
    one = Demo()
    try:
        yield one
    finally:
        one.process.send_signal(signal.SIGINT)
        code = one.process.wait(timeout=60)
    assert code == 0, one.said


@pytest.mark.prove
@pytest.mark.timeout(LONGEST + 120)
@pytest.mark.skipif(bool(LACKS), reason=LACKS)
def test_the_night_is_shown_as_it_goes() -> None:
    with demo() as one, chromium() as driver:
        address, began = until(lambda: one.address), time.monotonic()
        driver.get(address)
        driver.execute_script("window.untouched = true")
        seen: list[Seen] = []
        while "stays until Ctrl-C" not in one.said:
            assert time.monotonic() < began + LONGEST
            assert one.process.poll() is None, one.said
            seen.append(Seen(*driver.execute_script(LOOK)))
            time.sleep(0.2)
        until(lambda: Seen(*driver.execute_script(LOOK)).ribbon[0] != "RUNNING")
        last = Seen(*driver.execute_script(LOOK))
        assert complaints(driver) == []
    stamped = int(re.findall(r"(\d+) stamped", one.said)[-1])
    counts = sorted({int(look.ribbon[1]) for look in seen if look.ribbon})
    rooms = {row.split("#")[0] for look in seen if look.works for row in look.rooms if "#" in row}
    say(f"demo: {len(seen)} looks, states {sorted({look.ribbon[0] for look in seen if look.ribbon})}, "
        f"done today {counts} then {last.ribbon[1]}, {len(rooms)} tickets seen in a room; {time.monotonic() - began:.0f} s")  # fmt: skip
    assert all(look.untouched for look in [*seen, last])
    assert last.live
    assert int(last.ribbon[1]) == stamped
    assert len(counts) > stamped // 2
    assert len(rooms) > stamped // 2
    assert any("RUNNING" in look.ribbon for look in seen)
    assert "stamped" in last.news
