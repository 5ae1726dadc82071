"""One process on this machine's own address, until it is told to end."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import uvicorn

from factory.desk.panes.watch import Watch
from factory.errors import CouldNotRun, FactoryError
from factory.faces.staying import stay
from factory.faces.web.app import make_app
from factory.faces.web.console import Console

ADDRESS = "127.0.0.1"
SWITCH = 0.0005  # seconds that a look at the whole may hold up a word of what is new
BACKLOG = 128  # who may knock before the door is opened
CLOSING = 30  # seconds that the server may take to end, where something else went on beside it
PATIENCE = 2  # seconds that open pages have to let go
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Server(uvicorn.Server):
    """Ends politely, and the process with exit code 0: a console has nothing that could be lost."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As the base class does, but for raising the signal once more at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        heard = [one for one in ENDS if signal.getsignal(one) is not signal.SIG_IGN]
        before = {one: signal.signal(one, self._end) for one in heard}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def serve(repo: Path, port: int, say: Callable[[str], None], *, browser: bool = False, place: str = "/") -> None:
    """Serve until a signal. Mistake where there is no repository; CouldNotRun where the port is taken."""
    with watched(repo) as watch, listening(port) as door:
        with suppress(FactoryError, OSError, KeyError):  # the pages say so
            watch.look()  # of a hundred thousand events, seconds: before anybody is invited
        address = _told(door, say, place)
        if browser:
            webbrowser.open_new_tab(address)
        _server(watch).run(sockets=[door])


@contextmanager
def served_beside(repo: Path, port: int, say: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Serve while something else goes on in this process; what comes back waits until somebody says Ctrl-C."""
    with watched(repo) as watch, listening(port) as door:
        server = _server(watch)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="console", daemon=True)
        _told(door, say, "/")
        thread.start()

        def wait() -> None:
            say("the console stays until Ctrl-C")
            with suppress(KeyboardInterrupt):
                while thread.is_alive():
                    thread.join(1.0)

        try:
            yield wait
        finally:
            server.should_exit = True
            thread.join(CLOSING)


def _told(door: socket.socket, say: Callable[[str], None], place: str) -> str:
    address = f"http://{ADDRESS}:{door.getsockname()[1]}{place}"
    say(f"the console is at {address}, for this machine alone; Ctrl-C ends it")
    return address


def _server(watch: Watch) -> uvicorn.Server:
    sys.setswitchinterval(SWITCH)
    stay()
    app = make_app(Console(watch))
    return _Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=PATIENCE, server_header=False
        )
    )


@contextmanager
def watched(repo: Path) -> Iterator[Watch]:
    """A repository that is watched until the block ends."""
    watch = Watch(repo)
    try:
        yield watch
    finally:
        watch.close()


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """The door, on this machine's own address; 0: any that is free."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((ADDRESS, port))
            door.listen(BACKLOG)
        except OSError as error:
            why = f"port {port} cannot be had ({error.strerror})"
            raise CouldNotRun(f"{why}; `--port 0` takes any that is free") from None
        yield door
