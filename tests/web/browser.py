"""A real Chromium, and the console as a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSER, DRIVER = (next(filter(None, map(shutil.which, names)), "") for names in (("chromium",), ("chromedriver",)))
LACKS = "" if BROWSER and DRIVER else "no chromium and chromedriver here (Debian: chromium, chromium-driver)"


@contextmanager
def console_at(repo: Path) -> Iterator[str]:
    """The console's address."""
    with serving(repo) as (address, _):
        yield address


@contextmanager
def serving(repo: Path) -> Iterator[tuple[str, int]]:
    """The console's address, and its process."""
    command = [sys.executable, "-m", "factory", "serve", "--port", "0", "--repo", str(repo)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        assert process.stdout
        line = process.stdout.readline()
        yield re.findall(r"http://127\.0\.0\.1:\d+", line)[0], process.pid
    finally:
        process.terminate()
        code = process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()
    assert code == 0


@contextmanager
def chromium(width: int = 1300, height: int = 900, dark: bool = False) -> Iterator[Any]:
    """A browser without a window."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = BROWSER
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        words = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},{height}"]
        words += [f"--user-data-dir={home}", "--force-dark-mode" if dark else "--lang=en"]
        words += ["--no-sandbox"] if os.geteuid() == 0 else []
        for word in words:
            options.add_argument(word)
        driver = webdriver.Chrome(service=Service(DRIVER, env={**os.environ, "HOME": home}), options=options)
        try:
            if dark:
                media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
                driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            yield driver
        finally:
            driver.quit()
