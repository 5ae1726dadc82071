"""What a room cannot do through the proxy."""

from __future__ import annotations

import http.client
import json
import socket
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from factory.egress.egress import ProxyLimits
from factory.egress.meter import Usage
from factory.egress.providers import ANTHROPIC, GEMINI, OPENAI
from factory.egress.toll import Ask
from factory.errors import CouldNotRun
from tests.egress.proxy import Hooks, proxy
from tests.egress.room import UnixConnection, ask
from tests.servers import Hang, Refusal, Reply, anthropic, gemini, openai, serve

CALL = "/v1beta/models/m:generateContent"
KEY = "the-real-key"


def test_the_rooms_credentials_are_dropped_and_the_real_key_is_added(tmp_path: Path) -> None:
    for provider, wire, path, header, value in (
        (GEMINI, gemini.WIRE, CALL + "?key=stolen", "x-goog-api-key", KEY),
        (ANTHROPIC, anthropic.WIRE, "/v1/messages", "x-api-key", KEY),
        (OPENAI, openai.WIRE, "/v1/responses", "authorization", f"Bearer {KEY}"),
    ):
        with serve(wire, [Reply()]) as server, proxy(provider, KEY, tmp_path / "s", upstream=server.url):
            answer = ask(
                tmp_path / "s",
                path,
                {"model": "m"},
                authorization="Bearer stolen",
                x_api_key="stolen",
                x_goog_api_key="stolen",
                cookie="stolen",
                x_http_method_override="DELETE",
                openai_organization="stolen",
            )
        assert answer.status == 200
        seen = server.books.served[0].ask.headers
        assert seen[header] == value
        assert "stolen" not in json.dumps(seen)
        assert "x-http-method-override" not in seen
        assert KEY not in answer.body.decode() + json.dumps(answer.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1beta/files"),
        ("POST", "/v1beta/files"),
        ("DELETE", CALL),
        ("GET", CALL),
        ("CONNECT", "example.org:443"),
        ("OPTIONS", "*"),
        ("POST", "http://127.0.0.1:1/v1beta/models/m:generateContent"),
        ("POST", "//elsewhere/v1beta/models/m:generateContent"),
        ("POST", "/v1beta/models/../files:generateContent"),
        ("POST", "/v1beta/models/m%2f..%2ffiles:generateContent"),
        ("POST", "/v1beta/models/m:generateContent/../../files"),
        ("POST", CALL + "?$httpMethod=DELETE"),
        ("POST", CALL + "?alt=media"),
        ("POST", "/v1beta/tunedModels/m:generateContent"),
        ("BREW", CALL),
    ],
)
def test_what_is_not_on_the_list_is_refused_and_never_reaches_the_upstream(
    method: str, path: str, tmp_path: Path
) -> None:
    with serve(gemini.WIRE, [Reply()]) as server, proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url):
        raw = f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{{}}".encode()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(tmp_path / "s"))
            connection.sendall(raw)
            status = connection.recv(4096).split(b" ")[1]
    assert status in (b"403", b"501", b"400")
    assert server.books.served == []
    assert server.books.others == []


def raw_request(at: Path, raw: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(at))
        connection.sendall(raw)
        return connection.recv(65536)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"content-length: 99999999\r\n\r\n", b"413"),
        (b"content-length: -1\r\n\r\n", b"400"),
        (b"transfer-encoding: chunked\r\n\r\nFFFFFF\r\n", b"413"),
        (b"transfer-encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"content-encoding: br\r\ncontent-length: 2\r\n\r\n{}", b"415"),
        (b"content-length: 2\r\n\r\n[]", b"400"),
        (b"content-length: 2\r\n\r\n{]", b"400"),
        (b'content-length: 9\r\n\r\n{"a":NaN}', b"400"),
        (b"content-length: 200000\r\n\r\n" + b"[" * 200_000, b"400"),
    ],
)
def test_a_body_that_is_too_large_or_unreadable_is_refused(raw: bytes, status: bytes, tmp_path: Path) -> None:
    limits = ProxyLimits(body_bytes=1_000_000)
    with (
        serve(gemini.WIRE, [Reply()]) as server,
        proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url, limits=limits),
    ):
        answer = raw_request(tmp_path / "s", f"POST {CALL} HTTP/1.1\r\nhost: x\r\n".encode() + raw)
    assert answer.split(b" ")[1] == status
    assert server.books.served == []


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    import gzip

    bomb = gzip.compress(b" " * 50_000_000)
    with proxy(GEMINI, KEY, tmp_path / "s", upstream="http://127.0.0.1:1", limits=ProxyLimits(body_bytes=1_000_000)):
        assert ask(tmp_path / "s", CALL, bomb, content_encoding="gzip").status == 413


def test_a_key_named_twice_is_seen_by_the_upstream_as_it_was_checked(tmp_path: Path) -> None:
    limits = ProxyLimits(model="cheap")
    with (
        serve(anthropic.WIRE, [Reply()]) as server,
        proxy(ANTHROPIC, KEY, tmp_path / "s", upstream=server.url, limits=limits),
    ):
        assert ask(tmp_path / "s", "/v1/messages", b'{"model": "dear", "model": "cheap"}').status == 200
        assert ask(tmp_path / "s", "/v1/messages", b'{"model": "cheap", "model": "dear"}').status == 403
    assert [s.ask.body["model"] for s in server.books.served] == ["cheap"]


@pytest.mark.parametrize(
    ("provider", "path", "body"),
    [
        (GEMINI, CALL, {"tools": [{"googleSearch": {}}]}),
        (GEMINI, CALL, {"tools": [{"functionDeclarations": []}, {"urlContext": {}}]}),
        (ANTHROPIC, "/v1/messages", {"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}),
        (OPENAI, "/v1/responses", {"tools": [{"type": "web_search"}]}),
        (OPENAI, "/v1/responses", {"tools": [{"type": "mcp", "server_url": "https://elsewhere"}]}),
    ],
)
def test_a_tool_that_the_provider_runs_is_refused(
    provider: Any, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    with proxy(provider, KEY, tmp_path / "s", upstream="http://127.0.0.1:1"):
        answer = ask(tmp_path / "s", path, body)
    assert answer.status == 403
    assert "tools that the provider runs" in answer.body.decode()


def test_tools_of_the_clients_own_pass(tmp_path: Path) -> None:
    tools = [
        {"name": "a", "input_schema": {}},
        {"type": "bash_20250124", "name": "bash"},
        {"type": "custom", "name": "b"},
    ]
    with serve(anthropic.WIRE, [Reply()]) as server, proxy(ANTHROPIC, KEY, tmp_path / "s", upstream=server.url):
        assert ask(tmp_path / "s", "/v1/messages", {"model": "m", "tools": tools}).status == 200


def test_requests_past_the_cap_are_refused(tmp_path: Path) -> None:
    limits = ProxyLimits(requests=2)
    with (
        serve(gemini.WIRE, [Reply()] * 9) as server,
        proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url, limits=limits),
    ):
        assert [ask(tmp_path / "s", CALL, {}).status for _ in range(4)] == [200, 200, 429, 429]
    assert server.books.calls == 2


def test_the_budget_is_asked_before_a_call_and_told_after_it(tmp_path: Path) -> None:
    told: list[Usage] = []
    reasons = [None, "the day's budget is spent"]
    hooks = Hooks(lambda: reasons.pop(0), told.append)
    with (
        serve(anthropic.WIRE, [Reply()] * 2) as server,
        proxy(ANTHROPIC, KEY, tmp_path / "s", upstream=server.url, toll=hooks) as egress,
    ):
        assert ask(tmp_path / "s", "/v1/messages", {"model": "m"}).status == 200
        refused = ask(tmp_path / "s", "/v1/messages", {"model": "m"})
        assert str(egress.stopped) == "the day's budget is spent"
    assert refused.status == 429
    assert refused.json()["error"] == {"type": "rate_limit_error", "message": "egress: the day's budget is spent"}
    assert refused.headers["x-should-retry"] == "false"
    assert [u.tokens_in for u in told] == [1000]
    assert server.books.calls == 1


class Purse:
    """Remembers what it was asked; each entry is left once."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.left: list[object] = []

    def enter(self, ask: Ask) -> object:
        self.asked.append(ask)
        return len(self.asked)

    def leave(self, entered: object, usage: Usage) -> float:
        self.left.append(entered)
        return 0.0


def test_the_worst_case_is_told_before_the_call(tmp_path: Path) -> None:
    purse = Purse()
    body = {"contents": [], "generationConfig": {"maxOutputTokens": 777}}
    with serve(gemini.WIRE, [Reply()]) as server, proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url, toll=purse):
        ask(tmp_path / "s", CALL, body)
    assert purse.asked == [Ask("m", len(json.dumps(body)) // 2 + 1000, 777)]
    assert purse.left == [1]


def test_counting_tokens_is_not_a_paid_call(tmp_path: Path) -> None:
    purse = Purse()
    with (
        serve(gemini.WIRE, []) as server,
        proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url, toll=purse) as egress,
    ):
        assert ask(tmp_path / "s", "/v1beta/models/m:countTokens", {}).json() == {"totalTokens": 42}
        assert egress.usage == Usage()
    assert purse.asked == []


def test_a_failing_budget_shuts_the_proxy_instead_of_letting_calls_go_unbooked(tmp_path: Path) -> None:
    def fail(usage: Usage) -> None:
        raise ValueError("the ledger is gone")

    hooks = Hooks(settle=fail)
    with (
        serve(gemini.WIRE, [Reply()] * 2) as server,
        proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url, toll=hooks) as egress,
    ):
        with pytest.raises(http.client.HTTPException):
            ask(tmp_path / "s", CALL, {})
        assert ask(tmp_path / "s", CALL, {}).status == 503
        assert egress.broken == "ValueError: the ledger is gone"
    assert server.books.calls == 1


def test_each_request_leaves_one_line_without_keys_or_queries(tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    with (
        serve(gemini.WIRE, [Reply()]) as server,
        proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url, audit=audit),
    ):
        ask(tmp_path / "s", CALL + "?key=AIzaStolen", {})
        ask(tmp_path / "s", "/v1beta/files?key=AIzaStolen", {})
        raw_request(tmp_path / "s", b"BREW / HTTP/1.1\r\n\r\n")
    lines = [json.loads(line) for line in audit.read_text().splitlines()]  # as the requests' threads ended
    assert sorted((x["method"], x["path"], x["status"]) for x in lines) == [
        ("BREW", "/", 501),
        ("POST", "/v1beta/files", 403),
        ("POST", CALL, 200),
    ]
    (called,) = (x for x in lines if x["status"] == 200)
    assert (called["tokens_in"], called["tokens_out"], called["model"]) == (1000, 50, "m")
    assert called["in"] == 2
    assert called["out"] > 100
    assert KEY not in audit.read_text()
    assert "AIzaStolen" not in audit.read_text()


def test_the_end_of_the_proxy_does_not_wait_for_a_hung_upstream(tmp_path: Path) -> None:
    with serve(gemini.WIRE, [Hang(60)]) as server:
        egress = proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url)
        with egress:
            room = threading.Thread(target=lambda: ask(tmp_path / "s", CALL, {}), daemon=True)
            room.start()
            while not server.books.served:
                time.sleep(0.01)
            started = time.monotonic()
        assert time.monotonic() - started < 4
        room.join(5)
    assert (egress.usage.calls, egress.usage.complete) == (1, False)


def test_connections_without_end_get_no_thread_each(tmp_path: Path) -> None:
    with proxy(GEMINI, KEY, tmp_path / "s", upstream="http://127.0.0.1:1", limits=ProxyLimits(connections=3)):
        held = [UnixConnection(tmp_path / "s") for _ in range(3)]
        for connection in held:
            connection.connect()
        time.sleep(0.3)
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(tmp_path / "s", CALL, {})
        for connection in held:
            connection.close()
        time.sleep(0.3)
        assert ask(tmp_path / "s", CALL, {}).status == 502


class Redirecting(type(gemini.WIRE)):  # type: ignore[misc]
    def error(self, refusal: Refusal) -> tuple[dict[str, str], dict[str, Any]]:
        return {"location": "http://127.0.0.1:1/elsewhere"}, {}


def test_a_redirect_is_not_followed_and_not_passed_on(tmp_path: Path) -> None:
    with (
        serve(Redirecting(), [Refusal(302)]) as server,
        proxy(GEMINI, KEY, tmp_path / "s", upstream=server.url) as egress,
    ):
        answer = ask(tmp_path / "s", CALL, {})
        assert [r.later for r in egress.refused] == [False]
    assert answer.status == 302
    assert "location" not in answer.headers


def test_the_socket_takes_a_room_of_any_user_and_is_gone_at_the_end(tmp_path: Path) -> None:
    at = tmp_path / "s"
    at.write_text("a leftover")
    with proxy(GEMINI, KEY, at):
        assert stat.S_IMODE(at.stat().st_mode) == 0o666
        assert stat.S_ISSOCK(at.stat().st_mode)
    assert not at.exists()


def test_a_socket_path_that_is_too_long_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun, match="use a shorter folder"):
        proxy(GEMINI, KEY, tmp_path / ("x" * 120))
