"""An hour of a busy night in a large repository, with five who watch: the console's process does not grow."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.desk.conftest import Mixed
from tests.web.browser import serving
from tests.web.large import FULL, Size, enlarge
from tests.web.watchers import Memory, Watcher, busy_night, memory, quantiles, say, waits

MINUTES = float(os.environ.get("FACTORY_HOUR", "60"))
RATE, EVERY = 20.0, 10.0  # events a second; seconds between two samples
PLACES = ("line", "line,queue", "line,money,errors,git", "line,models,people", "line,queue,money,errors")
GROWS = 0.05  # of what it took when a third of the time was over, at most


def hour(repo: Path, home: Path, size: Size, seconds: float, every: float) -> tuple[list[Memory], list[float]]:
    """The samples, and how long each event took to a watcher."""
    enlarge(repo, home, size)
    with serving(repo) as (address, pid):
        watchers = [
            Watcher(address, f"/stream?panes={panes}&lang={('en', 'ko')[n % 2]}") for n, panes in enumerate(PLACES)
        ]
        for one in watchers:
            one.start()
        with busy_night(repo, RATE, seconds) as night:
            began, samples = time.monotonic(), []
            while not night.over:
                time.sleep(every)
                samples.append(memory(pid, began))
                say(f"{samples[-1].at:6.0f} s {samples[-1].own:7.1f} MB {samples[-1].children:7.1f} MB of its programs,"
                      f" {samples[-1].files} files, {len(night.written):,} events, load {os.getloadavg()[0]:.1f}")  # fmt: skip
        for one in watchers:
            one.leave()
        assert [one.fault for one in watchers] == [""] * len(watchers)
        found = [wait for one in watchers for wait in waits(night.written, one.seen)]
    say(f"{quantiles(found)}, {sum(one.bytes for one in watchers) / 1e6:,.0f} MB over the wire")
    return samples, found


@pytest.mark.prove
@pytest.mark.timeout(60 * MINUTES + 600)
def test_an_hour_of_events_does_not_make_it_grow(mixed: Mixed, tmp_path: Path) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    samples, _ = hour(shop.path, tmp_path / "git", FULL, 60 * MINUTES, EVERY)
    third, sixth = len(samples) // 3, max(1, len(samples) // 6)
    then, now = (
        sum(one.own + one.children for one in row) / len(row)
        for row in (samples[third : third + sixth], samples[-sixth:])
    )
    say(
        f"{MINUTES:g} minutes: {samples[0].own:.0f} MB at first, {then:.0f} MB after a third, {now:.0f} MB at the end, its programs among them"
    )
    assert now < then * (1 + GROWS)
    assert samples[-1].files <= samples[third].files + 2
