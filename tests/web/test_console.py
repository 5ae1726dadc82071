"""The console's pages: every one is there, none writes, and only this machine's own browser may ask."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from factory.desk.panes.catalogue import PANES
from factory.desk.panes.watch import Watch
from factory.faces.web.console import Console
from factory.faces.web.guarding import HEADERS, POLICY
from factory.faces.web.stream import messages
from tests.desk.conftest import Mixed
from tests.line.conftest import Shop
from tests.web.conftest import Served

ALL = ",".join(PANES)


def state(shop: Shop) -> tuple[str, list[str]]:
    """Every ref, and every file beside them."""
    files = [f"{p.relative_to(shop.path)} {p.stat().st_mtime_ns}" for p in shop.path.rglob("*") if p.is_file()]
    return shop.git("for-each-ref"), sorted(files)


def test_a_look_at_every_page_writes_nothing(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    before, client = state(shop), served(shop.path)
    for lang in ("en", "ko"):
        for pane in PANES:
            page = client.get(f"/?panes={pane}&lang={lang}")
            assert (page.status_code, pane) == (200, pane)
            assert f'<html lang="{lang}">' in page.text
            assert len(page.content) < 100_000
    for path in ("/healthz", "/readyz", "/livez"):
        assert client.get(path).status_code == 200
    assert state(shop) == before


def test_a_repository_without_a_run_is_shown_too(mixed: Mixed, served: Served) -> None:
    client = served(mixed().path)
    assert "D-3" in client.get(f"/?panes={ALL}").text
    assert client.get("/healthz").json()["factory"] == "READY"


def test_what_is_done_failed_and_waits_stands_in_its_pane(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    client = served(shop.path)
    line, queue = client.get("/?panes=line").text, client.get("/?panes=queue").text
    assert "<h2" in line
    assert 'class="p failed"><a href="/ticket/D-2">D-2</a>' in line
    assert 'class="p done"><a href="/ticket/D-1">D-1</a>' in line
    assert '<a href="/ticket/D-3">D-3</a>' in queue
    people, git = client.get("/?panes=people").text, client.get("/?panes=git").text
    assert '<a href="/ticket/D-2">D-2</a>' in people
    assert shop.git("log", "--format=%H", "--grep=^stamp(D-1)", "main").strip()[:12] in git


@pytest.mark.parametrize(
    "path", ["/", "/stream?panes=nothing", "/static/console.js", "/livez", "/nothing", "/static/x"]
)
def test_every_answer_has_the_strict_policy(path: str, mixed: Mixed, served: Served) -> None:
    client = served(mixed().path)
    answer = client.head(path) if path.startswith("/stream") else client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "unsafe" not in POLICY


def test_a_page_has_no_script_and_no_style_in_it(mixed: Mixed, served: Served) -> None:
    page = served(mixed().path).get(f"/?panes={ALL}").text
    scripts = [part.partition(">")[0] for part in page.split("<script")[1:]]
    assert scripts
    assert all("src=" in script for script in scripts)
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8137", "127.0.0.1:80:80", "", "[::2]"])
def test_another_name_is_refused(host: str, mixed: Mixed, served: Served) -> None:
    assert served(mixed().path).get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8137", "localhost:1", "[::1]:8137", "[::1]", "LOCALHOST"])
def test_this_machines_own_names_are_let_by(host: str, mixed: Mixed, served: Served) -> None:
    assert served(mixed().path).get("/livez", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_is_asked_but_by_get(method: str, mixed: Mixed, served: Served) -> None:
    assert served(mixed().path).request(method, "/").status_code == 405


@pytest.mark.parametrize(
    "name", ["..%2fconsole.py", "%2e%2e/app.py", "README.md", "x", "../drawing.py", "%2fetc%2fpasswd"]
)
def test_no_other_file_than_its_own_is_served(name: str, mixed: Mixed, served: Served) -> None:
    assert served(mixed().path).get(f"/static/{name}").status_code == 404


async def told(console: Console, shop: Shop, *panes: str) -> list[str]:
    """The first message, and the first one after something happened."""
    async with console.watching():
        heard = messages(console, panes, "")
        found = [await anext(heard)]
        assert (await asyncio.to_thread(shop.run, "stop")).code == 0
        async with asyncio.timeout(20):
            while "stop" not in found[-1]:
                found.append(await anext(heard))
        await heard.aclose()
    return found


def test_what_happens_comes_to_a_page_that_is_open(mixed: Mixed) -> None:
    shop = mixed()
    watch = Watch(shop.path)
    try:
        console = Console(watch)
        first, *_, last = asyncio.run(told(console, shop, "line"))
    finally:
        watch.close()
    assert '<hx-partial hx-target="#pane-line"' in first
    assert '<hx-partial hx-target="#news"' in last
    assert console.watchers == 0


def test_a_ledger_that_is_gone_or_another_is_read_anew(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    watch = Watch(shop.path)
    try:
        for word in ("stop", "resume", "stop"):
            assert shop.run(word).code == 0
        assert len(watch.hear()) == 3
        shop.git("branch", "-D", "factory/ledger")
        assert watch.hear() == ()
        assert shop.run("stop").code == 0
        assert [event.name for event in watch.hear()] == ["stop"]
        assert watch.look().events == 1
    finally:
        watch.close()


def test_a_main_that_cannot_be_read_is_told_and_the_process_stays(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    shop.commit({"D_ROADMAP.md": "no table"}, "a slip")
    client = served(shop.path)
    page = client.get("/")
    assert page.status_code == 200
    assert "D_ROADMAP.md" in page.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


def test_what_is_asked_for_in_odd_ways_is_not_kept(mixed: Mixed, served: Served) -> None:
    client = served(mixed().path)
    console = client.app.state.console  # type: ignore[attr-defined]
    client.get("/")
    before = set(console.kept)
    for number in range(20):
        assert client.get(f"/?lang=x{number}&panes=y{number}").status_code == 200
    assert set(console.kept) <= before


def test_the_base_install_imports_none_of_it() -> None:
    code = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('starlette', 'uvicorn', 'sse_starlette', 'jinja2', 'markupsafe', 'anyio'):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Gone())
from factory import cli
for words in (['--help'], ['serve', '--help'], ['status', '--help']):
    try:
        cli.main(words)
    except SystemExit as end:
        assert not end.code, words
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert (ran.returncode, ran.stderr) == (0, "")


def test_without_the_extra_it_is_one_line(mixed: Mixed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory.faces.cli.serving.NEEDS", ("a_package_that_nobody_has",))
    answer = mixed().run("serve", "--port", "0")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "factory: the console is not installed; pip install 'stampmill[console]'\n"


def test_the_numbers_are_those_of_the_command_at_every_scrape(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    client = served(shop.path)
    before = client.get("/metrics")
    assert before.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert shop.run("run").code == 1
    told, again = client.get("/metrics").text, shop.run("metrics").out
    assert "factory_stamps_total" in told
    assert told != before.text
    assert counted(told) == counted(again) != counted(before.text)


def counted(text: str) -> list[str]:
    """The lines that do not tell of the moment at which they are asked for."""
    return [line for line in text.splitlines() if "_seconds" not in line.partition(" ")[0] and "_wait" not in line]
