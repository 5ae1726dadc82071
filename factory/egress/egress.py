"""The one way out of a room: a proxy on a unix socket to one model provider, where every worker is metered.

The real key is added here, outside the room; what the room sends as a key is dropped. Methods, paths, queries and
headers are allow-listed, sizes and counts are capped, and each request leaves a line in the audit.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from factory.egress.egress_request import Handler
from factory.egress.keys import Access
from factory.egress.meter import Usage
from factory.egress.refusals import UpstreamRefusal
from factory.egress.toll import Toll
from factory.errors import CouldNotRun, FactoryError

PATIENCE = 4  # refusals in a row: an agent of its own accord tries again two or three times
GRACE_SECONDS = 1.0  # for requests that run when the room has ended
SOCKET_PATH_LIMIT = 107  # bytes; the kernel's sockaddr_un


@dataclass(frozen=True)
class ProxyLimits:
    """Caps of one proxy, that is, of one attempt."""

    requests: int = 300
    connections: int = 32
    body_bytes: int = 16 * 1024 * 1024
    answer_bytes: int = 64 * 1024 * 1024
    connect_seconds: float = 15.0
    idle_seconds: float = 180.0  # the longest silence of the upstream
    call_seconds: float = 900.0  # one request, from its first byte to its last
    client_seconds: float = 60.0  # the longest silence of the room inside one request
    model: str = ""  # the one that may be asked; empty: any that the toll admits
    tokens_out: int = 32_768  # of one request, however many answers it wants


class Egress:
    """A running proxy. `usage` and `refused` say what has passed; both may be read while it runs."""

    def __init__(self, access: Access, at: Path, toll: Toll, limits: ProxyLimits, audit: Path) -> None:
        """`at` is the socket to make, in a folder that is the controller's alone: a room may run as another user.
        `audit`: a file that lines are added to. CouldNotRun if the socket's path is too long."""
        if len(os.fsencode(at)) > SOCKET_PATH_LIMIT:
            raise CouldNotRun(f"{at}: too long for a unix socket ({SOCKET_PATH_LIMIT} bytes); use a shorter folder")
        self.access, self.provider, self.at = access, access.provider, at
        self.toll, self.limits, self._audit = toll, limits, audit
        self._lock = threading.Lock()
        self._requests = 0
        self._usage, self._broken, self._denied = Usage(), "", ""
        self._stopped: FactoryError | None = None
        self._refused: list[UpstreamRefusal] = []
        self._recovered = self._cutting = False
        self._in_a_row = 0
        self.hopeless = threading.Event()  # nothing will pass for now: an agent that still tries only wastes the night
        self._upstreams: set[socket.socket] = set()
        self._idle = threading.Condition(self._lock)
        self._running = 0
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self.at.unlink(missing_ok=True)
        self._server = _Server(self)
        self.at.chmod(0o666)
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.05}, name="egress", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Takes no more requests; what runs gets a moment to be booked, then a hung upstream is cut."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self.at.unlink(missing_ok=True)
        if not self._drain(GRACE_SECONDS):
            self._cut()
            self._drain(GRACE_SECONDS)

    def _drain(self, seconds: float) -> bool:
        with self._idle:
            return self._idle.wait_for(lambda: self._running == 0, seconds)

    def _cut(self) -> None:
        with self._lock:
            self._cutting = True
            for upstream in self._upstreams:
                with contextlib.suppress(OSError):
                    upstream.shutdown(socket.SHUT_RDWR)

    @property
    def usage(self) -> Usage:
        with self._lock:
            return self._usage

    @property
    def refused(self) -> tuple[UpstreamRefusal, ...]:
        """What the upstream refused, in order."""
        with self._lock:
            return tuple(self._refused)

    @property
    def last_refused(self) -> UpstreamRefusal | None:
        """The refusal that stands at the end; None where a call went through after it."""
        with self._lock:
            return self._refused[-1] if self._refused and not self._recovered else None

    @property
    def stopped(self) -> FactoryError | None:
        """What the toll last refused a call with; None where it never did."""
        with self._lock:
            return self._stopped

    @property
    def denied(self) -> str:
        """Why the last request that was not passed on was not; empty where all were."""
        return self._denied

    @property
    def broken(self) -> str:
        """An error of the proxy itself, or of the toll; after one it passes nothing on."""
        with self._lock:
            return self._broken

    # --- what a request tells the proxy -------------------------------------------------------------------

    def count_request(self) -> bool:
        """Whether one more request may pass."""
        with self._lock:
            self._requests += 1
            return self._requests <= self.limits.requests

    def note_usage(self, usage: Usage) -> None:
        with self._lock:
            self._usage = self._usage + usage
            if usage.calls and usage.complete:
                self._recovered, self._in_a_row = True, 0

    def note_refused(self, refused: UpstreamRefusal) -> None:
        with self._lock:
            if self._cutting:  # our own end of a connection is no word of the provider's
                return
            self._refused.append(refused)
            self._recovered = False
            self._in_a_row += 1
            if refused.key or refused.daily or refused.status == 404 or self._in_a_row >= PATIENCE:
                self.hopeless.set()

    def note_stopped(self, error: FactoryError) -> None:
        with self._lock:
            self._stopped = error
        self.hopeless.set()

    def note_denied(self, why: str) -> None:
        self._denied = why

    def note_broken(self, what: str) -> None:
        with self._lock:
            self._broken = what

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """A request, from its first line to its books."""
        with self._idle:
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    @contextlib.contextmanager
    def holding(self, upstream: socket.socket) -> Iterator[None]:
        """Makes an upstream connection one that the proxy's end cuts. OSError where it has ended already."""
        with self._lock:
            if self._cutting:
                raise ConnectionAbortedError("the room has ended")
            self._upstreams.add(upstream)
        try:
            yield
        finally:
            with self._lock:
                self._upstreams.discard(upstream)

    def write_audit(self, line: dict[str, Any]) -> None:
        text = json.dumps({"time": round(time.time(), 3), **line}) + "\n"
        with self._lock, self._audit.open("a", encoding="ascii") as file:
            file.write(text)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, egress: Egress) -> None:
        self.egress = egress
        self._places = threading.BoundedSemaphore(egress.limits.connections)
        super().__init__(str(egress.at), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _ = super().get_request()
        return connection, ("room", 0)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A room that opens connections without end gets no thread for each."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A room that goes away in mid-answer is no error of ours; all else is, and must not pass unseen."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.egress.note_broken(f"{type(error).__name__}: {error}")
