"""The pictures of docs/console.md: `python -m tests.web.pictures` runs the demonstration and takes them anew."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.web.browser import LACKS, chromium, console_at

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Take them."""
    if LACKS:
        sys.exit(LACKS)
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        subprocess.run([sys.executable, "-m", "factory", "demo", "--keep", str(shop)], cwd=ROOT, check=True)
        stamp = _said(shop, "log", "-1", "--format=%H", "--grep=^stamp(D-009)", "main")
        with console_at(shop) as address:
            _take(f"{address}/", "console", 1280, 900)
            _take(f"{address}/?lang=ko", "console-ko-dark", 1280, 900, dark=True)
            _take(f"{address}/ticket/D-010", "ticket", 1100, 800)
            _take(f"{address}/stamp/{stamp}", "stamp", 1100, 640)
            _take(f"{address}/?panes=line", "phone", 390, 800)


def _said(shop: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=shop, check=True, capture_output=True, text=True).stdout.strip()


def _take(address: str, name: str, width: int, height: int, dark: bool = False) -> None:
    PICTURES.mkdir(exist_ok=True)
    with chromium(width, height, dark) as driver:
        driver.get(address)
        driver.save_screenshot(str(PICTURES / f"{name}.png"))


if __name__ == "__main__":
    main()
