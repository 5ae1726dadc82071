"""The pictures of docs/top.md: `python -m tests.top.pictures` runs a small night and takes them anew."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

from factory.desk.panes.line import line_pane
from factory.desk.panes.watch import Watch
from factory.faces.top.app import Top
from tests.line.conftest import build
from tests.line.night import FAST, ROOT, command, environment

PICTURES = ROOT / "docs" / "pictures"
SIZE = (80, 24)
WAIT = 120  # seconds for the night to come so far
FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # they would be loaded from elsewhere
WORKER = """
case "$FACTORY_TICKET" in
D-002) echo wrong > D-002.txt;;
D-004) n=1; echo "reads src/csv_reader.py"; echo "writes a first version"; echo "runs pytest tests/test_csv.py"
  while [ ! -e "@GO@" ] && [ $n -lt 600 ]; do echo "  $n of 600 files read"; n=$((n + 1)); sleep 0.5; done;;
*) echo right > "$FACTORY_TICKET.txt";;
esac
"""
TICKETS = (
    "D-001 Round prices half to even",
    "D-002 Parse dates with a time zone",
    "D-003 Sort names as people do",
    "D-004 Read a CSV file line by line",
    "D-005 Write what was read | D-004",
    "D-006 Say which date was wrong | D-002",
)


def main() -> None:
    """Take them."""
    with tempfile.TemporaryDirectory() as folder:
        go = Path(folder) / "go"
        shop = build(Path(folder) / "shop", *TICKETS, worker=WORKER.replace("@GO@", str(go)), settings=FAST)
        words = command(shop, "run")
        with subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL) as night:
            try:
                asyncio.run(_taken(shop.path))
            finally:
                go.touch()
                night.wait()


async def _taken(shop: Path) -> None:
    with closing(Watch(shop)) as watch:
        app = Top(watch)
        async with app.run_test(size=SIZE) as pilot:
            end = time.monotonic() + WAIT
            while not _far(app):
                assert time.monotonic() < end, "the night never came so far"
                await pilot.pause(0.2)
            await pilot.pause(5)
            _take(app, "top-line")
            await pilot.press("2")
            await pilot.pause()
            _take(app, "top-queue")


def _far(app: Top) -> bool:
    """One ticket is worked on, and the first three are over."""
    seen = app._seen
    works = line_pane(seen).works if seen else ()
    return [one.id for one in works] == ["D-004"] and any(app._tails.values())


def _take(app: Top, name: str) -> None:
    drawn = FONTS.sub("", app.export_screenshot(title="factory top"))
    (PICTURES / f"{name}.svg").write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n")


if __name__ == "__main__":
    main()
