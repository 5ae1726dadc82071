"""Texts that would be something else, in every page and in what is pushed: none is more than text."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.desk.panes.catalogue import PANES
from factory.desk.panes.watch import Watch
from factory.faces.web.console import Console
from factory.faces.web.stream import messages
from tests.hostile import HOSTILE
from tests.line.conftest import Shop
from tests.web.allowed import wrong
from tests.web.conftest import Served

PLAIN = [text for text in HOSTILE if text.isprintable() and "|" not in text]
PRINTED = [text for text in HOSTILE if "\0" not in text]  # with one in it a file is no text, and is not shown
TITLE = " ".join(PLAIN[:10])
WORKER = r"""
import json, os, pathlib, sys
texts = json.loads(pathlib.Path("tools/texts.json").read_text("utf-8"))
ticket = os.environ["FACTORY_TICKET"]
sys.stdout.buffer.write("\n".join(texts).encode("utf-8", "surrogatepass") + b"\n")
for number, text in enumerate(texts):
    name = text.replace("/", "_")[:60]
    if name.isprintable() and not name.startswith("-"):
        pathlib.Path("odd").mkdir(exist_ok=True)
        pathlib.Path("odd", f"{ticket} {name}.txt").write_text(text, "utf-8")
if ticket != "D-2":
    pathlib.Path(f"{ticket}.txt").write_bytes(("right\n" + "\n".join(texts)).encode("utf-8", "surrogatepass"))
report = {"summary": " ".join(texts), "model": texts[0], "calls": 1, "tokens_in": 2, "tokens_out": 3, "cost_usd": 0.01}
pathlib.Path(os.environ["FACTORY_REPORT"]).write_text(json.dumps(report), "utf-8")
"""
CHECK = "cat odd/*.txt; grep -q right {0}.txt"


@pytest.fixture
def foul(make: Callable[..., Shop]) -> Shop:
    """A night whose titles, summaries, files, output and commits are all hostile."""
    from tests.line.conftest import criteria

    rows = [f"D-{n} {TITLE}" for n in (1, 2, 3)]
    files = {"tools/worker.py": WORKER, "tools/texts.json": json.dumps(PRINTED)}
    shop = make(
        *rows, worker="exec python3 tools/worker.py\n", files=files, ledger=criteria("D-1", "D-2", "D-3", check=CHECK)
    )
    assert shop.run("run").code == 1
    shop.commit({"NOTES.md": "x"}, f"{HOSTILE[0]} \u202eevil")
    assert shop.run("stop").code == 0
    return shop


def places(shop: Shop) -> list[str]:
    """Every place of the console."""
    stamp = shop.git("log", "--format=%H", "--grep=^stamp(D-1)", "main").split()[0]
    attempts = [f"/ticket/{ticket}/1" for ticket in ("D-1", "D-2")]
    files = ("diff", "gate.log", "stdout.txt", "plan.json", "verify_report.json", "manifest.json")
    words = [urllib.parse.quote(text, safe="", errors="surrogatepass") for text in HOSTILE]
    return [
        *(f"/?panes={pane}" for pane in PANES),
        *(f"/ticket/{ticket}" for ticket in ("D-1", "D-2", "D-3")),
        *attempts,
        *(f"{at}/file/{name}" for at in attempts for name in files),
        f"/stamp/{stamp}",
        "/incident",
        *(f"/search?q={word}" for word in ("odd", "D-", *words)),
        *(f"{path}/{word}" for path in ("/ticket", "/stamp") for word in words),
        *(f"/?{key}={word}" for key in ("panes", "lang", "layout") for word in words),
        *(f"/ticket/D-1/1/file/{word}" for word in words),
    ]


def test_no_page_has_more_of_them_than_text(foul: Shop, served: Served) -> None:
    client = served(foul.path)
    shown = 0
    for place in places(foul):
        answer = client.get(place)
        assert (place, answer.status_code) in {(place, 200), (place, 404)}
        assert (place, wrong(answer.text)) == (place, [])
        shown += "&lt;script&gt;" in answer.text
    assert shown > 30


def test_what_is_pushed_has_no_more_of_them_than_text(foul: Shop) -> None:
    watch = Watch(foul.path)

    async def first() -> str:
        console = Console(watch)
        async with console.watching():
            heard = messages(console, list(PANES), "ko")
            try:
                return await anext(heard)
            finally:
                await heard.aclose()

    try:
        pushed = asyncio.run(first())
    finally:
        watch.close()
    assert "&lt;script&gt;" in pushed
    assert pushed.count("<hx-partial") == len(PANES) + 2
    assert wrong(pushed) == []


@pytest.mark.parametrize(
    "page",
    [
        "<p>a<script>b</script></p><iframe>",
        "<p onclick=x>",
        '<p style="x">',
        "<a href=javascript:x>",
        "<a href=//evil.example>",
        "<p>\u202e</p>",
        "<div hx-get=/x>",
    ],
)
def test_what_may_not_be_there_is_seen(page: str) -> None:
    assert wrong(page)


def test_a_place_that_is_no_path_is_none(tmp_path: Path) -> None:
    assert wrong("<a href='/ticket/D-1'>x</a><p>plain</p>") == []
