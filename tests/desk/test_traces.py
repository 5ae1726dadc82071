"""`factory traces`: an attempt's steps and times, made from git alone, and sent to a collector."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from factory.desk import otlp
from factory.model import Event
from factory.records.spans import span_id, trace_id
from factory.reports.traces import attempts
from tests.desk.conftest import Mixed
from tests.line.conftest import SETTINGS, Shop
from tests.servers import Reply, Tokens, gemini, serve

Make = Callable[..., Shop]
PAID = SETTINGS.replace(
    'kind = "command"\ncommand = ["sh", "tools/worker.sh"]',
    'kind = "gemini"\nmodel = "gemini-2.5-flash"\nbase_url = "{url}"',
)
RIGHT = Reply(
    json.dumps({"summary": "done", "edits": [{"path": "D-1.txt", "content": "right\n"}]}),
    tokens=Tokens(prompt=1000, out=50),
)


def told(shop: Shop, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.run("traces", *words, "--json").json
    return found


def by_name(trace: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {span["name"]: span for span in trace["spans"]}


def test_a_stamped_attempt_has_its_steps_and_its_plan_commit_is_its_id(make: Make) -> None:
    shop = make("D-1 A ticket")
    assert shop.run("run").code == 0
    [trace] = told(shop)
    spans, plan = by_name(trace), shop.git("rev-parse", "main^2^^").strip()
    assert list(spans) == ["attempt", "plan", "worker", "gate", "stamp"]
    assert trace["trace"] == trace_id(plan)
    assert shop.git("rev-parse", trace["trace"]).strip() == plan  # an id that git itself takes
    assert spans["attempt"]["status"] == "OK"
    assert spans["attempt"]["attributes"] | {"factory.run": ""} == {
        "factory.ticket": "D-1", "factory.attempt": 1, "factory.ended": "stamped", "factory.run": "",
        "factory.plan": plan, "factory.worker": "default",
    }  # fmt: skip
    assert {span["parent"] for name, span in spans.items() if name != "attempt"} == {spans["attempt"]["id"]}
    assert {name: span["time"] for name, span in spans.items()} == {
        "attempt": "booked", "plan": "booked", "worker": "measured", "gate": "derived", "stamp": "booked",
    }  # fmt: skip
    worked = json.loads(shop.read(".factory/result.json", "main^2"))["duration_seconds"]
    assert spans["worker"]["seconds"] == pytest.approx(worked, abs=0.001)
    at = {name: int(shop.git("show", "-s", "--format=%ct", ref)) for name, ref in (("plan", plan), ("stamp", "main"))}
    assert (spans["attempt"]["start"], spans["stamp"]["end"]) == (at["plan"], at["stamp"])
    assert all(span["start"] <= span["end"] for span in trace["spans"])


def test_the_same_trace_is_made_again_in_a_clone(make: Make) -> None:
    shop = make("D-1 A ticket", "D-2 Another")
    shop.run("run")
    assert told(shop) == told(shop)
    assert told(shop, "D-2") == [
        trace for trace in told(shop) if by_name(trace)["attempt"]["attributes"]["factory.ticket"] == "D-2"
    ]
    assert told(shop, "--limit", "1") == told(shop)[:1]


def test_failed_attempts_have_a_trace_each_and_cards_none(mixed: Mixed) -> None:
    shop = mixed()
    shop.run("run")
    failed = told(shop, "D-2")
    assert [by_name(trace)["attempt"]["attributes"]["factory.attempt"] for trace in failed] == [3, 2, 1]
    assert {by_name(trace)["gate"]["status"] for trace in failed} == {"ERROR"}
    assert "stamp" not in by_name(failed[0])
    tickets = {by_name(trace)["attempt"]["attributes"]["factory.ticket"] for trace in told(shop)}
    assert tickets == {"D-1", "D-2"}


def test_calls_to_a_model_are_steps_of_the_worker(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, [Reply('{"summary": "It', finish="length"), RIGHT]) as server:
        shop = make("D-1 A ticket", settings=PAID.replace("{url}", server.url))
        assert shop.run("run").code == 0
    [trace] = told(shop)
    calls = [span for span in trace["spans"] if span["name"] == "model call"]
    assert len(calls) == server.books.calls == 2
    assert {call["parent"] for call in calls} == {by_name(trace)["worker"]["id"]}
    assert [call["id"] for call in calls] == [span_id(trace["trace"], "model call", n) for n in (1, 2)]
    assert all(call["attributes"]["factory.cost_usd"] > 0 for call in calls)
    assert by_name(trace)["attempt"]["attributes"]["factory.said.calls"] == 2


def test_log_lines_of_an_attempt_have_the_ids_of_its_trace(make: Make) -> None:
    shop = make("D-1 A ticket")
    shop.run("run")
    [trace] = told(shop)
    [log] = (shop.path / ".git" / "factory" / "logs").iterdir()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    own = [line for line in lines if line["ticket"] == "D-1"]
    assert {line["trace_id"] for line in own} == {trace["trace"]}
    ids = {span["id"] for span in trace["spans"]}
    assert {line["span_id"] for line in own} <= ids
    [stamped] = [line for line in own if line["action"] == "stamped"]
    assert stamped["span_id"] == by_name(trace)["stamp"]["id"]
    assert stamped["latency_ms"] >= by_name(trace)["worker"]["seconds"] * 1000
    assert stamped["commit"] != ""


def test_attempts_are_told_apart_though_a_number_is_used_again() -> None:
    def event(name: str, attempt: int = 1, ticket: str = "D-1") -> Event:
        return Event(name=name, ticket=ticket, attempt=attempt)

    given = [event("block"), *map(event, ("start", "killed", "start", "reserve", "settle", "stamped", "start"))]
    cards = [event("start", 1, "L1_SCAN_000001"), event("fail", 1, "L1_SCAN_000001")]
    found = [[one.name for one in tried.events] for tried in attempts([*given, *cards])]
    assert found == [["start", "killed"], ["start", "reserve", "settle", "stamped"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("D-9",), "D_ROADMAP.md: there is no ticket D-9; `factory status` lists them"),
        (("--otlp", "collector"), "--otlp takes the URL of a collector; write it as in http://127.0.0.1:4318"),
    ],
)
def test_what_cannot_be_is_one_line(make: Make, words: tuple[str, ...], said: str) -> None:
    done = make("D-1 A ticket").run("traces", *words)
    assert (done.code, done.err) == (2, f"factory: {said}\n")


def test_before_any_attempt_there_is_nothing_to_tell(make: Make) -> None:
    assert make("D-1 A ticket").run("traces").out == "no attempt has ended yet\n"


# --- a collector -----------------------------------------------------------------------------------------


class Collector(http.server.ThreadingHTTPServer):
    """Keeps what is posted to it."""

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.status, self.came = status, list[tuple[str, bytes]]()


class _Take(http.server.BaseHTTPRequestHandler):
    server: Collector

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
        self.server.came.append((self.path, body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()


@contextmanager
def collector(status: int = 200) -> Iterator[Collector]:
    server = Collector(status)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def url(server: Collector) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def library() -> Any:
    pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry is not installed: pip install 'stampmill[otel]'")
    return pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")


def test_a_collector_gets_the_same_spans_with_the_same_ids(make: Make, library: Any) -> None:
    shop = make("D-1 A ticket")
    shop.run("run")
    [trace] = told(shop)
    with collector() as server:
        done = shop.run("traces", "--otlp", url(server))
    assert done.code == 0
    assert done.out.endswith("sent 5 spans of 1 attempt\n")
    [(path, body)] = server.came
    assert path == "/v1/traces"
    request = library.ExportTraceServiceRequest.FromString(body)
    [resource] = request.resource_spans
    came = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    for span in trace["spans"]:
        one = came.pop(span["name"])
        assert (one.trace_id.hex(), one.span_id.hex()) == (span["trace"], span["id"])
        assert one.parent_span_id.hex() == span["parent"]
        assert (one.start_time_unix_nano, one.end_time_unix_nano) == tuple(
            round(span[end] * 10**6) * 1000 for end in ("start", "end")
        )
    assert came == {}


def test_a_collector_that_refuses_is_one_line(make: Make, library: Any) -> None:
    shop = make("D-1 A ticket")
    shop.run("run")
    with collector(400) as server:
        done = shop.run("traces", "--otlp", url(server))
    assert done.code == 4
    assert done.err == "factory: the collector did not take 5 spans: is it up, and is that its URL?\n"


def test_without_the_extra_it_is_one_line_that_says_which(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "find_spec", lambda _: None)
    done = make("D-1 A ticket").run("traces", "--otlp", "http://127.0.0.1:9")
    assert (done.code, done.err) == (2, "factory: OpenTelemetry is not installed; pip install 'stampmill[otel]'\n")
