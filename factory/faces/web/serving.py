"""One process on this machine's own address, until it is told to end."""

from __future__ import annotations

import signal
import socket
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn

from factory.desk.panes.watch import Watch
from factory.errors import CouldNotRun
from factory.faces.web.app import make_app
from factory.faces.web.console import Console

ADDRESS = "127.0.0.1"
PATIENCE = 2  # seconds that open pages have to let go
ENDS = (signal.SIGINT, signal.SIGTERM)


class _Server(uvicorn.Server):
    """Ends politely, and the process with exit code 0: a console has nothing that could be lost."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As the base class does, but for raising the signal once more at the end."""
        before = {one: signal.signal(one, self._end) for one in ENDS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def serve(repo: Path, port: int, say: Callable[[str], None], *, browser: bool = False, place: str = "/") -> None:
    """Serve until a signal. Mistake where there is no repository; CouldNotRun where the port is taken."""
    with listening(port) as door:
        watch = Watch(repo)
        try:
            address = f"http://{ADDRESS}:{door.getsockname()[1]}{place}"
            config = uvicorn.Config(
                make_app(Console(watch)),
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=PATIENCE,
                server_header=False,
            )
            say(f"the console is at {address}, for this machine alone; Ctrl-C ends it")
            if browser:
                webbrowser.open_new_tab(address)
            _Server(config).run(sockets=[door])
        finally:
            watch.close()


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """The door, on this machine's own address; 0: any that is free."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((ADDRESS, port))
        except OSError as error:
            why = f"port {port} cannot be had ({error.strerror})"
            raise CouldNotRun(f"{why}; `--port 0` takes any that is free") from None
        yield door
