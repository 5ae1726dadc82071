"""Starts a program, bounds it in time and output, leaves nothing of its group. The only importer of subprocess."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from factory.errors import MACHINE
from factory.sandbox.head_and_tail import HeadAndTail

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as a shell says it
DRAIN_SECONDS = 1.0  # for output that is still in the pipes after the leader's end
STEPS = ((signal.SIGINT, 0.5), (signal.SIGTERM, 0.5), (signal.SIGKILL, 5.0))  # and the seconds each is given
TICK = 0.05  # seconds between looks at the caller's stop event
PAUSE = 2.0  # a look that takes longer was no look: the controller stood still (Ctrl-Z, a machine that slept)
ENDING = threading.Event()  # set where the controller itself ends now; for `Either`


@dataclass(frozen=True)
class Finished:
    """How a program ended. `code` is its exit code, or minus the signal that ended it."""

    code: int
    seconds: float
    timed_out: bool
    stdout: bytes
    stderr: bytes
    stopped: bool = False  # the caller's stop event ended it


class Either(threading.Event):
    """Set where one of several events is."""

    def __init__(self, *events: threading.Event) -> None:
        super().__init__()
        self._events = events

    def is_set(self) -> bool:
        return super().is_set() or any(event.is_set() for event in self._events)


class Pipes(NamedTuple):
    """What goes into a program, and how much is kept of what comes out."""

    stdin: bytes = b""
    pass_fds: tuple[int, ...] = ()
    cap: int = 8 << 20  # bytes of each of stdout and stderr
    hear: Callable[[bytes], None] | None = (
        None  # is told what comes out, while it comes; nothing: nothing came just now
    )


NO_PIPES = Pipes()


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    timeout: float,
    cwd: Path | None = None,
    stop: threading.Event | None = None,
    pipes: Pipes = NO_PIPES,
) -> Finished:
    """Runs `argv` in a session of its own, with exactly `env`, for at most `timeout` seconds.

    Then it is interrupted, terminated, killed. A program that is missing is code 127 and one that may not be executed
    is 126, with the reason on stderr, as in a shell.
    OSError where the machine refuses to start anything: no descriptors, no memory.
    However it returns or raises, no process of the group is left.
    """
    started = time.monotonic()
    try:
        child = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE if pipes.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=pipes.pass_fds,
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        if error.errno in MACHINE:
            raise
        code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
        return Finished(code, time.monotonic() - started, False, b"", f"{argv[0]}: {error}\n".encode())
    return _Watch(child, pipes, stop).finish(started, timeout)


class Talk(NamedTuple):
    """A child that answers what it is told, one at a time."""

    child: subprocess.Popen[bytes]

    def tell(self, words: bytes) -> None:
        assert self.child.stdin is not None
        with suppress(BrokenPipeError):  # `hear` tells of the end
            self.child.stdin.write(words)

    def hear(self) -> bytes:
        assert self.child.stdout is not None
        return self.child.stdout.read(65536)


@contextmanager
def talk(argv: Sequence[str], *, env: Mapping[str, str]) -> Iterator[Talk]:
    """A trusted program that is asked more than once; it is gone at the end."""
    with subprocess.Popen(
        list(argv),
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    ) as child:
        try:
            yield Talk(child)
        finally:
            child.kill()


class _Watch:
    """One running child: its pipes, its deadline, its end."""

    def __init__(self, child: subprocess.Popen[bytes], pipes: Pipes, stop: threading.Event | None) -> None:
        self._child, self._stdin, self._stop, self._hear = child, pipes.stdin, stop, pipes.hear
        self._out, self._err = HeadAndTail(pipes.cap), HeadAndTail(pipes.cap)
        self._pipes = selectors.DefaultSelector()
        self._end = os.pidfd_open(child.pid) if hasattr(os, "pidfd_open") else -1  # readable when the leader has ended

    def finish(self, started: float, timeout: float) -> Finished:
        with self._closing():
            self._register()
            ended = self._until(started + timeout)
            stopped = self._stop is not None and self._stop.is_set() and not ended
            if not ended:
                self._escalate()
            self._kill_group()
            self._forget_end()
            self._drain(time.monotonic() + DRAIN_SECONDS)
        code = self._child.returncode
        out, err, timed_out = self._out.value(), self._err.value(), not ended and not stopped
        return Finished(code, time.monotonic() - started, timed_out, out, err, stopped)

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._kill_group()
            self._child.wait()
            self._forget_end()
            self._pipes.close()
            for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _forget_end(self) -> None:
        if self._end >= 0:
            with suppress(KeyError):
                self._pipes.unregister(self._end)
            os.close(self._end)
            self._end = -1

    def _register(self) -> None:
        if self._end >= 0:
            self._pipes.register(self._end, selectors.EVENT_READ)
        for pipe, kept in ((self._child.stdout, self._out), (self._child.stderr, self._err)):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
            self._pipes.register(pipe, selectors.EVENT_READ, kept)
        if self._child.stdin is not None:
            os.set_blocking(self._child.stdin.fileno(), False)
            self._pipes.register(self._child.stdin, selectors.EVENT_WRITE)

    def _until(self, deadline: float) -> bool:
        """Moves bytes until the leader has ended (True), or time or the caller says stop (False)."""
        wait = 0.001  # grows to TICK: a short program is noticed at once, a long one costs nothing
        now = time.monotonic()
        while not self._has_ended():
            if now >= deadline or (self._stop is not None and self._stop.is_set()):
                return False
            wait = min(wait * 2, TICK)
            self._move(min(wait, deadline - now))
            before, now = now, time.monotonic()
            if now - before > PAUSE:  # what it waited for meanwhile was us
                deadline += now - before
        return True

    def _has_ended(self) -> bool:
        """Looks without reaping: until then its number cannot be another group's, so killing the group is safe."""
        if self._child.returncode is not None:
            return True
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _move(self, wait: float) -> bool:
        """One round over the pipes that are ready; False when none is open."""
        if not self._pipes.get_map():
            time.sleep(wait)
            return False
        ready = self._pipes.select(wait)
        if not ready and self._hear is not None:
            self._hear(b"")
        for key, _ in ready:
            if key.fd == self._end:
                continue
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
            if key.data is None:
                self._feed(pipe)
            elif not (data := os.read(key.fd, 1 << 16)):
                self._pipes.unregister(pipe)
            else:
                key.data.add(data)
                if self._hear is not None:
                    self._hear(data)
        return True

    def _feed(self, pipe: IO[bytes]) -> None:
        try:
            self._stdin = self._stdin[os.write(pipe.fileno(), self._stdin[: 1 << 16]) :]
        except BrokenPipeError:
            self._stdin = b""
        if not self._stdin:
            self._pipes.unregister(pipe)
            pipe.close()

    def _escalate(self) -> None:
        self._stop = None  # from here on only the steps' own deadlines count
        for number, seconds in STEPS:
            self._signal(number)
            if self._until(time.monotonic() + seconds):
                return

    def _kill_group(self) -> None:
        if self._child.returncode is None:
            self._signal(signal.SIGKILL)
            self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)

    def _drain(self, deadline: float) -> None:
        """What is still in the pipes; bounded, because a process that left the group may hold them open."""
        while self._pipes.get_map() and time.monotonic() < deadline:
            self._move(TICK)


# A watcher in the command's own group: when the controller dies its end of the pipe closes, and the group is killed.
SCRIPT = '(( read -r _ </dev/fd/"$0"; kill -9 0 ) >/dev/null 2>&1 & ); exec "$@"'


class Tether(NamedTuple):
    """`enter` is put before a command that starts a session of its own; `descriptor` has to be passed to it."""

    enter: tuple[str, ...]
    descriptor: int


@contextmanager
def tied() -> Iterator[Tether]:
    """A tether for one command, held while the block runs."""
    reader, writer = os.pipe()
    try:
        yield Tether(("/bin/sh", "-c", SCRIPT, str(reader)), reader)
    finally:
        os.close(reader)
        os.close(writer)
