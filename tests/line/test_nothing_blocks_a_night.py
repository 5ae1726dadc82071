"""A scripted agent in the real sandbox that asks, logs in, updates, tells tales and hangs: the night goes on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop
from tests.night.quick import Night, night
from tests.servers import Reply, openai, serve

Make = Callable[..., Shop]

AGENT = """#!{python}
import json, os, socket, sys, urllib.request
from pathlib import Path
def model(**fields):
    url = next(w for w in sys.argv if "base_url" in w).split('base_url="')[1].split('"')[0]
    body = json.dumps({{"model": "m", "input": "hi", "max_output_tokens": 100, **fields}}).encode()
    headers = {{"content-type": "application/json", "authorization": "Bearer " + os.environ["FACTORY_KEY"]}}
    urllib.request.urlopen(urllib.request.Request(url + "/responses", body, headers), timeout=20).read()
def tried(what):
    try:
        return what() or "nothing"
    except Exception as error:
        return type(error).__name__
model()
{provocation}
Path("D-1.txt").write_text("right\\n")
"""
SETTINGS = """
[workers.default]
kind = "codex"
model = "m"
base_url = "{url}"
price_in = 1.0
price_out = 4.0

[gate]
doctor = ["true"]
fast = []
regression = ["true"]

[caps]
attempts = 1
worker_minutes = 0.1

[sandbox]
read = ["{python}"]
"""
ASKED = 'print("answer:", repr(tried(lambda: input("Go on? [y/N] "))))'
TERMINAL = 'print("answer:", repr(tried(lambda: open("/dev/tty").readline())))'
OUT = 'print("answer:", repr(tried(lambda: urllib.request.urlopen("{url}", timeout=60).read())))'
LOGIN = "s = socket.create_server(('127.0.0.1', 0)); print('Open the page and log in'); s.accept()"


@pytest.fixture
def run(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Night]:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
    monkeypatch.setenv("OPENAI_API_KEY", "the-real-key-of-the-test")

    def go(provocation: str) -> Night:
        (bin_ / "codex").write_text(AGENT.format(python="/usr/bin/env python3", provocation=provocation))
        (bin_ / "codex").chmod(0o755)
        with serve(openai.WIRE, lambda ask: Reply()) as server:
            settings = SETTINGS.format(url=server.url, python=Path(sys.executable).resolve().parent.parent)
            shop = make("D-1 A ticket", settings=settings)
            return night(shop, tmp_path / "slept")

    return go


@pytest.mark.parametrize(
    ("provocation", "answer"),
    [
        (ASKED, "EOFError"),
        (TERMINAL, "OSError"),
        (OUT.format(url="https://updates.example.com/latest"), "URLError"),
        (OUT.format(url="http://192.0.2.1/telemetry"), "URLError"),
    ],
    ids=["a question", "a question on the terminal", "an update check", "telemetry"],
)
def test_what_it_asks_for_fails_at_once_and_it_goes_on(
    provocation: str, answer: str, run: Callable[[str], Night]
) -> None:
    started = time.monotonic()
    found = run(provocation)
    assert (found.code, found.stamped) == (0, True), found.said
    assert f"answer: '{answer}'" in found.evidence("evidence/stdout.txt")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "fields",
    [
        "model='E-8'",
        "max_output_tokens=2_000_001",
        "service_tier='priority'",
        "input=[{'content': [{'type': 'input_image', 'image_url': 'https://example.com'}]}]",
        "tools=[{'type': 'web_search'}]",
        "previous_response_id='resp_1'",
    ],
)
def test_a_bad_request_is_refused_to_the_worker_and_the_night_goes_on(fields: str, run: Callable[[str], Night]) -> None:
    found = run(f"print('answer:', repr(tried(lambda: model({fields}))))")
    assert (found.code, found.stamped) == (0, True), found.said
    assert "answer: 'HTTPError'" in found.evidence("evidence/stdout.txt")
    assert found.book["settled"]["calls"] == found.result["calls"] == 1


@pytest.mark.parametrize("provocation", [LOGIN, "while True: pass"], ids=["a login that nobody makes", "a loop"])
def test_what_waits_for_ever_is_ended_at_the_time_limit(provocation: str, run: Callable[[str], Night]) -> None:
    started = time.monotonic()
    found = run(provocation)
    assert found.code == 1
    assert found.result["triage"] == "TIMEOUT"
    assert found.result["calls"] == 1  # what it used until then is booked
    assert found.book["open"] == {}
    assert time.monotonic() - started < 60
