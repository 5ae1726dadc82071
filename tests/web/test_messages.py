"""The inspector: what was asked and answered, what it cost, and how to ask the same again."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

from factory.desk.panes.messages import shown
from factory.desk.panes.words import money
from factory.records.exchanges import Exchange, written
from factory.records.papers import calls
from tests.line.conftest import Shop
from tests.line.test_together import asked, edit, right, three
from tests.servers import Ask, Reply, gemini, serve
from tests.servers.script import Answer
from tests.web.conftest import Served

SECRET = "swordfish-and-herring-4711"
COMMAND = re.compile(r'<pre class="whole"[^>]*>(git show.*?)</pre>', re.DOTALL)


def wrong_first() -> Callable[[Ask], Answer]:
    """An answer that cannot be used, then a right one."""
    unfit = {"summary": "no", "edits": [{"path": "D-1.txt", "hunks": [{"search": "nowhere", "replace": "x"}]}]}
    answers = iter((Reply(json.dumps(unfit)),))
    return lambda ask: next(answers, None) or Reply(json.dumps(edit(asked(ask)[0])))


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", SECRET)


def test_an_attempts_page_shows_what_was_asked_and_answered_and_what_it_cost(
    make: Callable[..., Shop], served: Served
) -> None:
    with serve(gemini.WIRE, wrong_first()) as server:
        shop = three(make, server.url, batch=1, count=1)
        assert shop.run("run").code == 0
        client = served(shop.path)
        page = html.unescape(client.get("/ticket/D-1/1").text)
        sent = [one.ask.body for one in server.books.served]
        commands = COMMAND.findall(page)
        if shutil.which("curl"):
            again = subprocess.run(["bash", "-c", commands[1]], cwd=shop.path, capture_output=True, check=True)
            assert "D-1 says so." in json.loads(again.stdout)["candidates"][0]["content"]["parts"][0]["text"]
            assert server.books.served[-1].ask.body == sent[1]
    assert len(sent) == len(commands) == 2
    assert "# Ticket D-1" in page
    assert "D-1 says so." in page
    for words in ("nowhere", "<summary>Instructions", "<summary>Asked", "<summary>It had answered"):
        assert words in page
    assert SECRET not in page
    told = [json.loads(line) for line in shop.read(".factory/evidence/egress.jsonl", stamp(shop)).splitlines()]
    prices = [line["usd"] for line in told if "usd" in line]
    assert len(prices) == 2
    for price in prices:
        assert f'<td class="n">{money(price)}</td>' in page
    korean = html.unescape(client.get("/ticket/D-1/1?lang=ko").text)
    assert "같은 것을 다시 묻기" in korean
    assert "<summary>앞선 답</summary>" in korean


def stamp(shop: Shop) -> str:
    return shop.git("log", "--format=%H", "--grep=^stamp(D-1)", "main").split()[0] + "^2"


def test_of_a_call_for_several_each_ticket_keeps_the_question_and_its_own_part(
    make: Callable[..., Shop], served: Served
) -> None:
    with serve(gemini.WIRE, right) as server:
        shop = three(make, server.url)
        assert shop.run("run").code == 0
    client = served(shop.path)
    for ticket in ("D-1", "D-2", "D-3"):
        page = html.unescape(client.get(f"/ticket/{ticket}/1").text)
        assert all(f"# Ticket {other}" in page for other in ("D-1", "D-2", "D-3"))
        assert "one call for D-1, D-2, D-3" in page
        korean = html.unescape(client.get(f"/ticket/{ticket}/1?lang=ko").text)
        assert "호출 한 번으로 함께 한 것: D-1, D-2, D-3" in korean
        assert re.search(f'<pre [^>]*What it answered">[^<]*{ticket}.txt', page)
        assert COMMAND.findall(page) == []


def test_what_is_cut_or_masked_is_no_longer_the_same_question() -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "the key is {}"}]}]}
    whole = written([Exchange(url="http://x/y z", request=body)], ())
    masked = written([Exchange(url="http://x", request=json.loads(json.dumps(body).replace("{}", SECRET)))], (SECRET,))
    (one,), (other,) = shown(whole, "a" * 40, ".factory"), shown(masked, "a" * 40, ".factory")
    assert (one.whole, other.whole) == (True, False)
    assert one.again.startswith("git show aaaaaaaaaaaa:.factory/evidence/messages.jsonl |")
    assert one.again.endswith("'http://x/y z'")


@pytest.mark.parametrize("request_", [{}, {"contents": 3}, {"contents": [3, {"parts": 4}]}, {"systemInstruction": []}])
def test_a_question_of_another_shape_is_shown_as_far_as_it_goes(request_: dict[str, object]) -> None:
    (one,) = shown(written([Exchange(request=request_, answer="yes")], ()), "a" * 40, ".factory")
    assert (one.answer, one.again) == ("yes", "")


def test_a_price_is_a_number_or_none() -> None:
    lines = b'{"status": 200, "usd": 0.5}\nrubbish\n{"status": 200}\n{"status": 2, "usd": "x"}\n{"status": 2, "usd": -1}\n[]\n'
    assert [one.usd for one in calls(lines)] == [0.5, None, None, None]
