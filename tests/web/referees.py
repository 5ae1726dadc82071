"""What others say of a page: axe-core in the browser, the HTML checker, and the browser's own complaints."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

AXE, VNU = (os.environ.get(name, "") for name in ("FACTORY_AXE", "FACTORY_VNU"))
RUN = "const done = arguments[arguments.length - 1]; axe.run().then((found) => done(JSON.stringify(found.violations)))"


def complaints(driver: Any) -> list[str]:
    """What the browser complained of: a policy that was violated, a script that failed. A 404 is none."""
    return [line["message"] for line in driver.get_log("browser") if "404 (Not Found)" not in line["message"]]


def axe(driver: Any) -> list[tuple[str, list[str]]]:
    """The faults of the page that is open, of any weight: each with the elements that have it."""
    driver.execute_script(Path(AXE).read_text(encoding="utf-8"))
    found = json.loads(driver.execute_async_script(RUN))
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]


GUESS = ".*This document appears to be written in.*"  # of strangers' words, which a page in English may be full of


def vnu(address: str, places: Iterable[str], folder: Path) -> str:
    """What the HTML checker says of some places; nothing for good ones."""
    for number, place in enumerate(places):
        try:
            with urllib.request.urlopen(f"{address}{place}") as answer:
                html = answer.read()
        except urllib.error.HTTPError as error:
            html = error.read()
            error.close()
        (folder / f"{number}.html").write_bytes(html)
    files = map(str, sorted(folder.glob("*.html")))
    argv = ["java", "-jar", VNU, "--format", "gnu", "--filterpattern", GUESS, *files]
    told = subprocess.run(argv, capture_output=True, text=True, check=False)
    return told.stderr
