"""A person's own layouts: named, chosen, brought out and in as JSON by keys alone, and the server hears of none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from factory.desk.panes import layouts
from tests.desk.conftest import Mixed
from tests.web.browser import LACKS, chromium, console_at
from tests.web.conftest import Served
from tests.web.test_browser import complaints, press, shown, until
from tests.web.test_console import state

ENTER = "\ue007"
BROUGHT = {
    "day": ["git", "git", "nothing", "money"],
    "<b>no name</b>": ["line"],
    "none": ["nothing"],
    "odd": "line",
    "밤": ["people", "queue", "line", "git", "money"],
    "__proto__": ["errors"],
}


def names(driver: Any) -> list[str]:
    script = "return [...document.querySelectorAll('#own-layouts a')].map((one) => one.textContent)"
    return list(driver.execute_script(script))


@pytest.mark.skipif(bool(LACKS), reason=LACKS)
def test_panes_are_named_chosen_and_brought_out_and_in_by_keys_alone(mixed: Mixed, tmp_path: Path) -> None:
    shop = mixed()
    before, got, brought = state(shop), tmp_path / "layouts.json", tmp_path / "brought.json"
    brought.write_text(json.dumps(BROUGHT), encoding="utf-8")
    with console_at(shop.path) as address, chromium() as driver:
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
        driver.get(f"{address}/?panes=money,git&lang=ko")
        press(driver, "s")
        press(driver, f"night{ENTER}")
        assert until(lambda: names(driver)) == ["night"]
        press(driver, f"no/name{ENTER}")
        assert names(driver) == ["night"]
        driver.get(f"{address}/?lang=ko")
        assert names(driver) == ["night"]
        driver.execute_script("document.querySelector('#own-layouts a').focus()")
        press(driver, ENTER)
        until(lambda: shown(driver) == "money,git")
        assert "lang=ko" in driver.current_url
        driver.execute_script("document.getElementById('layouts-json').focus()")
        press(driver, ENTER)
        until(got.exists)
        assert json.loads(until(lambda: got.read_text("utf-8"))) == {"night": ["money", "git"]}
        driver.find_element("id", "layouts-file").send_keys(str(brought))
        assert until(lambda: len(names(driver)) > 1 and names(driver)) == ["night", "day", "밤", "__proto__"]
        driver.find_element("id", "layouts-file").send_keys(str(Path(__file__)))
        until(lambda: "배치가 없습니다" in driver.find_element("id", "layouts-said").text)
        driver.execute_script("document.querySelector('#own-layouts button').focus()")
        press(driver, ENTER)
        assert until(lambda: names(driver)[:1] == ["day"])
        kept = json.loads(driver.execute_script("return localStorage.getItem('stampmill.layouts')"))
        assert kept == {"day": ["git", "money"], "밤": ["people", "queue", "line", "git"], "__proto__": ["errors"]}
        assert complaints(driver) == []
    assert state(shop) == before


def test_without_a_script_there_is_no_form_that_does_nothing(mixed: Mixed, served: Served) -> None:
    client = served(mixed().path)
    page = client.get("/").text
    for begin in ('<form id="keep-layout" hidden', '<ul id="own-layouts" hidden'):
        assert begin in page
    assert "[hidden] { display: none" in client.get("/static/console.css").text


def test_the_file_is_the_one_that_the_machine_keeps(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    at = layouts.layouts_at(environ)
    at.parent.mkdir()
    at.write_text(json.dumps({"night": ["money", "git"], "밤": ["people"]}), encoding="utf-8")
    assert layouts.layouts(environ) == {"night": ("money", "git"), "밤": ("people",)}
