"""Messages on their way, beside the line: a thread and a short queue for each receiver, so that one that hangs holds up
nobody else, and at the end of a run not for long."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from factory.notices.notice import Notice
from factory.notices.receivers import Addressee

MOST = 32  # messages that wait for one receiver
LAST = 5.0  # seconds that a run's end gives to all that is on its way
COMPANY = 2.0  # that a message waits for others to the same receiver
ENDING = 3.0  # and then to the programs that are being ended
# Of each why it could not be; empty: it went out.
Send = Callable[[Addressee, Sequence[Notice], threading.Event], Sequence[str]]


class Unsent(NamedTuple):
    """A message that did not go out, and why."""

    receiver: str
    why: str


class Post:
    """The messages of one run."""

    def __init__(self, to: Iterable[Addressee], send: Send) -> None:
        self._to, self._send = tuple(to), send
        self._boxes: dict[str, queue.Queue[Notice | None]] = {}
        self._threads = list[threading.Thread]()
        self._failed = queue.SimpleQueue[Unsent]()
        self._stop = threading.Event()

    def wanted(self, notice: Notice) -> bool:
        """Whether anybody hears it."""
        return any(one.hears(notice) for one in self._to)

    def put(self, notice: Notice) -> None:
        """Hand it over to everybody who hears it; returns at once."""
        for one in filter(lambda one: one.hears(notice), self._to):
            try:
                self._box(one).put_nowait(notice)
            except queue.Full:
                self._failed.put(Unsent(one.name, "too many wait for it"))

    def _box(self, one: Addressee) -> queue.Queue[Notice | None]:
        if one.name not in self._boxes:
            box: queue.Queue[Notice | None] = queue.Queue(MOST)
            self._boxes[one.name] = box
            thread = threading.Thread(target=self._carry, args=(one, box), name=f"notices {one.name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self._boxes[one.name]

    def _carry(self, one: Addressee, box: queue.Queue[Notice | None]) -> None:
        more = True
        while more:
            found = _waiting(box)
            notices = [notice for notice in found if notice is not None]
            more = len(notices) == len(found)
            late = ["it was not done when the run ended"] * len(notices)
            told = late if self._stop.is_set() or not notices else self._send(one, notices, self._stop)
            for why in filter(None, told):
                self._failed.put(Unsent(one.name, why))

    def failed(self) -> list[Unsent]:
        """Those that did not go out since this was asked last."""
        found = list[Unsent]()
        while not self._failed.empty():
            found.append(self._failed.get())
        return found

    def end(self, seconds: float = LAST) -> None:
        """No more comes: wait for what is on its way, and end what takes longer."""
        until = time.monotonic() + seconds
        self._close(until)
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._stop.set()
        until = time.monotonic() + ENDING
        self._close(until)
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                self._failed.put(Unsent(thread.name.partition(" ")[2], "it cannot be ended"))

    def _close(self, until: float) -> None:
        for box in self._boxes.values():
            try:
                box.put(None, timeout=max(0.0, until - time.monotonic()))
            except queue.Full:
                continue


def _waiting(box: queue.Queue[Notice | None]) -> list[Notice | None]:
    """What comes in a while, or until the run ends: the last words of a run come one after the other, and as one letter
    each they would not all be out in time."""
    found, until = [box.get()], time.monotonic() + COMPANY
    while found[-1] is not None and len(found) < MOST:
        try:
            found.append(box.get(timeout=max(0.0, until - time.monotonic())))
        except queue.Empty:
            break
    return found
