"""One request from a room: checked, paid for, sent on with the real key, metered, written down."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from factory.egress import upstream
from factory.egress.meter import Meter, Usage
from factory.egress.providers import Route
from factory.egress.refusals import UpstreamRefusal
from factory.egress.request_body import Denied, read_body, read_document
from factory.egress.toll import Ask
from factory.egress.understood import Understood, understood
from factory.errors import FactoryError, Mistake

if TYPE_CHECKING:
    from factory.egress.egress import Egress

ERROR_BYTES = 1024 * 1024
LINGER_SECONDS = 0.5
PASSED_BACK = frozenset({"content-type", "date", "retry-after", "retry-after-ms", "request-id", "x-request-id"})
PASSED_BACK_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-")


@dataclass
class PaidCall:
    """One paid call on its way."""

    ask: Ask
    meter: Meter
    usage: Usage
    last_words: Callable[[], None] = lambda: None


class Handler(http.server.BaseHTTPRequestHandler):
    """Runs in a thread of its own; `server.egress` is the proxy."""

    protocol_version = "HTTP/1.1"
    server: Any

    def setup(self) -> None:
        self.egress: Egress = self.server.egress
        super().setup()
        self.connection.settimeout(self.egress.limits.client_seconds)

    def log_message(self, format: str, *args: Any) -> None:
        """The audit says it."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses by itself (a broken request line, an unknown method)."""
        self._begin()
        self._deny(Denied(code, message or "not understood"))
        self.egress.write_audit(self._line)

    def do_POST(self) -> None:
        with self.egress.running():
            self._begin()
            try:
                self._pass_on()
            except Denied as denied:
                self._deny(denied)
            finally:
                self._line["seconds"] = round(time.monotonic() - self._started, 3)
                self.egress.write_audit(self._line)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_CONNECT = do_POST

    def _begin(self) -> None:
        self._started, self._unread = time.monotonic(), True
        path = getattr(self, "path", "").split("?")[0][:200]
        self._line: dict[str, Any] = {"method": str(self.command)[:20], "path": path, "status": 0, "in": 0, "out": 0}

    # --- before it is sent --------------------------------------------------------------------------------

    def _pass_on(self) -> None:
        egress = self.egress
        if egress.broken:
            raise Denied(503, "the proxy failed; nothing more is passed on")
        route, target = self._route()
        if not egress.count_request():
            raise Denied(429, f"more than {egress.limits.requests} requests in one attempt")
        raw = read_body(self.rfile, self.headers, egress.limits.body_bytes)
        self._unread = False
        if route.kind == "list":
            return self._send_on(target, None, None)
        told = understood(egress.access, route, target, read_document(raw), egress.limits)
        self._line |= {"model": told.ask.model, "in": len(told.body)}
        if route.kind != "call":
            return self._send_on(target, told.body, None)
        return self._paid(target, told)

    def _route(self) -> tuple[Route, str]:
        """Where the request goes, without what the room says of keys."""
        path, _, query = self.path.partition("?")
        route = self.egress.provider.route(self.command, path)
        if route is None:
            raise Denied(403, "this worker may not ask for that")
        wanted = [q for q in query.split("&") if q and q.split("=")[0] not in self.egress.provider.credentials]
        if unknown := [q for q in wanted if q not in route.query]:
            raise Denied(403, f"the query {unknown[0][:80]!r} is not passed on")
        return route, "?".join([path, *(["&".join(wanted)] if wanted else [])])

    def _paid(self, target: str, told: Understood) -> None:
        ask = told.ask
        try:
            entered = self.egress.toll.enter(ask)
        except Mistake as error:  # the request's, such as a model that nobody knows: no reason to stop
            raise Denied(400, str(error)) from error
        except FactoryError as error:
            self.egress.note_stopped(error)
            raise Denied(429, str(error)) from error
        call = PaidCall(
            ask, Meter(self.egress.provider.read, stream=told.streamed, model=ask.model), Usage(model=ask.model)
        )
        try:
            self._send_on(target, told.body, call)
        finally:
            self._settle(entered, call)

    def _settle(self, entered: object, call: PaidCall) -> None:
        usage = call.usage
        if not usage.within(call.ask.tokens_in, call.ask.tokens_out):
            usage = Usage(1, model=call.ask.model, complete=False)
        self.egress.note_usage(usage)
        usd = self.egress.toll.leave(entered, usage)
        counts = {"tokens_in": usage.tokens_in, "tokens_cached": usage.tokens_cached, "tokens_out": usage.tokens_out}
        self._line |= {**counts, "tokens_thought": usage.tokens_thought, "complete": usage.complete}
        self._line["usd"] = round(usd, 9)
        self._line["model"] = usage.model
        call.last_words()

    # --- there and back -----------------------------------------------------------------------------------

    def _send_on(self, target: str, body: bytes | None, call: PaidCall | None) -> None:
        egress = self.egress
        try:
            connection = upstream.connect(egress.access.upstream, egress.limits)
        except OSError as error:
            raise self._silent(error) from error
        with contextlib.closing(connection), egress.holding(connection.sock):
            if call:  # from here on it may be billed, whatever becomes of the answer
                call.usage = Usage(calls=1, model=call.usage.model, complete=False)
            headers = upstream.headers(egress.provider, egress.access.key, self.headers.items())
            try:
                at = upstream.prefix(egress.access.upstream) + target
                connection.request(self.command, at, body=body, headers=headers)
                answer = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise self._silent(error) from error
            except ValueError as error:
                raise Denied(400, "a header that cannot be sent") from error
            self._line["status"] = answer.status
            if answer.status >= 300:
                self._refusal(answer, call)
            else:
                self._relay(connection, answer, call)

    def _silent(self, error: Exception) -> Denied:
        """An upstream that cannot be reached or says nothing is a refusal that a later try may not meet."""
        status = 504 if isinstance(error, TimeoutError) else 502
        self.egress.note_refused(UpstreamRefusal(status))
        return Denied(status, f"no answer from the model's provider ({type(error).__name__})")

    def _refusal(self, answer: http.client.HTTPResponse, call: PaidCall | None) -> None:
        """A refused call is not billed. A redirect is a refusal too: only one upstream is spoken to."""
        try:
            body = answer.read(ERROR_BYTES)
        except (OSError, http.client.HTTPException):
            body = b""
        self.egress.note_refused(self.egress.provider.refused(answer.status, dict(answer.getheaders()), body))
        if call:
            call.usage = Usage(model=call.usage.model)
        self._answer_head(answer, [("content-length", str(len(body)))])
        self._write(body)

    def _relay(
        self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, call: PaidCall | None
    ) -> None:
        chunked = self.request_version == "HTTP/1.1"
        self._answer_head(answer, [("transfer-encoding", "chunked")] if chunked else [])
        whole = False
        with contextlib.suppress(OSError, http.client.HTTPException, zlib.error):
            for piece in self._pieces(connection, answer):
                if call:
                    call.meter.feed(piece)
                self._write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            whole = True
        if call:
            self._read_meter(call)
        self.close_connection = self.close_connection or not (whole and chunked)
        end = b"0\r\n\r\n" if whole and chunked else b""
        if call:  # the room sees the end of an answer after it is booked: its next call finds the budget true
            call.last_words = lambda: self._write(end)
        else:
            self._write(end)

    def _pieces(self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        """The answer; one that the provider cuts short is a refusal that a later try may not meet."""
        try:
            yield from upstream.pieces(connection, answer, self.egress.limits, self._started)
        except (OSError, http.client.HTTPException, zlib.error):
            self.egress.note_refused(UpstreamRefusal(504))
            raise

    def _read_meter(self, call: PaidCall) -> None:
        usage = call.meter.usage()
        call.usage = usage
        if call.meter.error is not None:
            self.egress.note_refused(self.egress.provider.refused_inside(call.meter.error))

    # --- to the room --------------------------------------------------------------------------------------

    def _answer_head(self, answer: http.client.HTTPResponse, more: list[tuple[str, str]]) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() in PASSED_BACK or name.lower().startswith(PASSED_BACK_PREFIXES):
                self.send_header(name, value)
        for name, value in more:
            self.send_header(name, value)
        self.end_headers()

    def _write(self, content: bytes) -> None:
        self.wfile.write(content)
        self._line["out"] += len(content)

    def _deny(self, denied: Denied) -> None:
        """Refused in the provider's own words, so that every client understands it; not to be retried."""
        self._line |= {"status": denied.status, "why": denied.why}
        self.egress.note_denied(denied.why)
        body = json.dumps(self.egress.provider.error(denied.status, f"egress: {denied.why}")).encode()
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.send_response_only(denied.status)
            headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
            for name, value in {**headers, "x-should-retry": "false"}.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(body)
            if self._unread:
                self._linger()

    def _linger(self) -> None:
        """A room that is still sending would meet a broken pipe before it could read why it was refused."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        left = self.egress.limits.body_bytes
        while left > 0 and (piece := self.rfile.read1(ERROR_BYTES)):
            left -= len(piece)
