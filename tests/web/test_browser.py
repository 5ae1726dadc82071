"""The console in a real Chromium: it lives under its own policy, by keyboard alone, on a phone, for every reader."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.desk.panes.catalogue import PANES
from tests.desk.conftest import Mixed
from tests.line.conftest import Shop
from tests.web.browser import LACKS, chromium, console_at
from tests.web.referees import AXE, VNU, axe, complaints, vnu
from tests.web.test_hostile import foul, places

__all__ = ["foul"]

PATIENCE = 30.0
pytestmark = pytest.mark.skipif(bool(LACKS), reason=LACKS)


def until(found: Callable[[], Any]) -> Any:
    """What it finds, as soon as it finds anything."""
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return value


def press(driver: Any, keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).send_keys(keys).perform()


def shown(driver: Any) -> str:
    return str(driver.execute_script("return document.getElementById('main').dataset.panes"))


def test_a_page_that_is_open_lives_and_is_used_by_keys_alone(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    with console_at(shop.path) as address, chromium() as driver:
        driver.get(f"{address}/")
        until(lambda: driver.execute_script("return document.getElementById('live').hidden"))
        assert shop.run("stop").code == 0
        until(lambda: "stop" in driver.execute_script("return document.getElementById('news').textContent"))
        for keys, panes in (
            ("2", "line,queue"),
            ("g", "git,line"),
            ("u", "people,git"),
            ("1", "people"),
            ("k", "line"),
        ):
            press(driver, keys)
            until(lambda panes=panes: shown(driver) == panes)
        press(driver, "/")
        press(driver, "1three")
        assert driver.switch_to.active_element.get_attribute("value") == "1three"
        press(driver, "\ue007")
        until(lambda: "/search?q=1three" in driver.current_url)
        assert complaints(driver) == []


def walk_all(driver: Any, address: str, shop: Shop) -> None:
    """Every place, in both languages: nothing runs, nothing is too wide, nobody complains."""
    for place in places(shop):
        for lang in ("en", "ko"):
            driver.get(f"{address}{place}{'&' if '?' in place else '?'}lang={lang}")
            title, wide, owned = driver.execute_script(
                "return [document.title, document.documentElement.scrollWidth - innerWidth,"
                " document.body.textContent.includes('49')]"
            )
            assert (place, "owned" in title and "file" not in place, wide <= 0) == (place, False, True)
            assert not owned or "{{" not in place
            assert (place, complaints(driver)) == (place, [])


@pytest.mark.prove
@pytest.mark.parametrize(("width", "dark"), [(1300, False), (390, False), (390, True)])
def test_no_place_runs_a_strangers_text_or_is_wider_than_its_window(foul: Shop, width: int, dark: bool) -> None:
    with console_at(foul.path) as address, chromium(width, 800, dark) as driver:
        driver.get(f"{address}/")
        until(lambda: driver.execute_script("return document.getElementById('live').hidden"))
        walk_all(driver, address, foul)


def pages(shop: Shop) -> list[str]:
    """One place of each kind."""
    stamp = shop.git("log", "--format=%H", "--grep=^stamp(D-1)", "main").split()[0]
    one = ("/ticket/D-1", "/ticket/D-2/1", "/ticket/D-1/1/file/diff", "/ticket/D-1/1/file/gate.log", f"/stamp/{stamp}")
    return ["/", *(f"/?panes={pane}" for pane in PANES), *one, "/incident", "/search?q=d-", "/ticket/none"]


@pytest.mark.prove
@pytest.mark.skipif(not AXE, reason="no axe-core: FACTORY_AXE names its file; `just test_console` installs it")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_fault(foul: Shop, dark: bool) -> None:
    with console_at(foul.path) as address, chromium(dark=dark) as driver:
        bad = {}
        for place in pages(foul):
            driver.get(f"{address}{place}")
            if found := axe(driver):
                bad[place] = found
        assert bad == {}


@pytest.mark.prove
@pytest.mark.skipif(not VNU, reason="no HTML checker: FACTORY_VNU names vnu.jar; `just test_console` installs it")
def test_the_html_checker_finds_no_fault(foul: Shop, tmp_path: Path) -> None:
    with console_at(foul.path) as address:
        assert vnu(address, pages(foul), tmp_path) == ""
