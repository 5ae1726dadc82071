"""The HTTP side of a stand-in: loopback or a unix socket, one thread a connection, faults."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import socket
import socketserver
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

from tests.servers.script import Answer, Ask, Books, Drop, Hang, Json, Raw, Refusal, Reply, Script, scripted


class Wire(Protocol):
    """One provider's format."""

    def ask(self, path: str, query: str, body: Json, headers: dict[str, str]) -> Ask | None:
        """The model call that this request is; None where it is none."""

    def other(self, method: str, path: str, body: Json) -> Json | None:
        """The answer to a request that is no model call (count, list); None: not found."""

    def whole(self, ask: Ask, reply: Reply) -> Json: ...

    def events(self, ask: Ask, reply: Reply) -> list[str]:
        """The stream, event by event, as server-sent text."""

    def error(self, refusal: Refusal) -> tuple[dict[str, str], Json]:
        """Headers and body."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._other({})

    def do_HEAD(self) -> None:
        self._send(200, b"")

    def do_POST(self) -> None:
        body = self._body()
        url = urllib.parse.urlsplit(self.path)
        ask = self.server.wire.ask(url.path, url.query, body, {k.lower(): v for k, v in self.headers.items()})
        if ask is None:
            self._other(body)
            return
        answer = self.server.script(ask)
        self.server.books.book(ask, answer)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._answer(ask, answer)

    def _body(self) -> Json:
        raw = b""
        if "chunked" in (self.headers.get("transfer-encoding") or "").lower():
            while size := int(self.rfile.readline().split(b";")[0], 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        read: Json = json.loads(raw or b"{}")
        return read

    def _other(self, body: Json) -> None:
        url = urllib.parse.urlsplit(self.path)
        self.server.books.others.append(f"{self.command} {url.path}")
        found = self.server.wire.other(self.command, url.path, body)
        if found is None:
            self._refuse(Refusal(404))
        else:
            self._send(200, json.dumps(found).encode())

    def _answer(self, ask: Ask, answer: Answer) -> None:
        match answer:
            case Refusal():
                self._refuse(answer)
            case Raw(content):
                self._send(200, content, {"content-type": "text/event-stream"} if ask.stream else {})
            case Hang(seconds):
                self.server.closing.wait(seconds)
                self._cut()
            case Drop(reply, 0):
                self._cut()
            case Drop(reply, events):
                self._reply(ask, reply, events)
            case Reply():
                self._reply(ask, answer, None)

    def _reply(self, ask: Ask, reply: Reply, stop_after: int | None) -> None:
        wire = self.server.wire
        kind = "text/event-stream" if ask.stream else "application/json"
        if ask.stream:
            pieces = [event.encode() for event in wire.events(ask, reply)]
        else:
            whole = json.dumps(wire.whole(ask, reply)).encode()
            pieces = [whole[i : i + 64] for i in range(0, len(whole), 64)]
        zipped = reply.gzip and "gzip" in (self.headers.get("accept-encoding") or "")
        if zipped:
            pieces = [gzip.compress(b"".join(pieces))]
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        if zipped:
            self.send_header("content-encoding", "gzip")
        self.end_headers()
        for piece in pieces[:stop_after]:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if reply.drip:
                self.server.closing.wait(reply.drip)
        if stop_after is None:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _refuse(self, refusal: Refusal) -> None:
        headers, body = self.server.wire.error(refusal)
        self._send(refusal.status, json.dumps(body).encode(), headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Http(socketserver.ThreadingMixIn, socketserver.BaseServer):
    daemon_threads = True
    wire: Wire
    script: Script
    books: Books
    closing: threading.Event


class _Tcp(_Http, socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Unix(_Http, socketserver.UnixStreamServer):
    request_queue_size = 64
    handle_error: ClassVar = _Tcp.handle_error

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _ = super().get_request()
        return connection, ("local", 0)


class Server:
    """A running stand-in."""

    def __init__(self, http: _Tcp | _Unix, socket_path: Path | None) -> None:
        self.http, self.books, self.socket = http, http.books, socket_path
        self.url = "" if socket_path else f"http://127.0.0.1:{http.socket.getsockname()[1]}"


@contextlib.contextmanager
def serve(wire: Wire, answers: Script | Sequence[Answer], *, socket: Path | None = None) -> Iterator[Server]:
    """A stand-in on a free loopback port, or on a unix socket; ended with the block."""
    http = _Unix(str(socket), Handler) if socket else _Tcp(("127.0.0.1", 0), Handler)
    http.wire, http.script, http.books, http.closing = wire, scripted(answers), Books(), threading.Event()
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Server(http, socket)
    finally:
        http.closing.set()
        http.shutdown()
        http.server_close()
        thread.join()
