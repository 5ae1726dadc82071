"""A blocking call of somebody else's code, with an end that holds: a timeout of theirs bounds a read, not a call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from factory.errors import Stopped

T = TypeVar("T")
TICK = 0.05  # seconds between looks at the stop event


class Overdue(Exception):
    """The call did not come back in its time; it is left behind in a thread that ends with the process."""


def bounded(call: Callable[[], T], seconds: float, stop: threading.Event) -> T:
    """What `call` returns or raises, within `seconds`. Overdue after that; Stopped once `stop` is set."""
    kept: dict[str, Any] = {}

    def run() -> None:
        try:
            kept["value"] = call()
        except BaseException as error:
            kept["error"] = error

    thread = threading.Thread(target=run, name="bounded call", daemon=True)
    end = time.monotonic() + seconds
    thread.start()
    while thread.is_alive():
        thread.join(min(TICK, max(0.001, end - time.monotonic())))
        if not thread.is_alive():
            break
        if stop.is_set():
            raise Stopped("stopped while a model was being asked")
        if time.monotonic() >= end:
            raise Overdue(f"no answer in {seconds:.0f} s")
    if "error" in kept:
        raise kept["error"]
    result: T = kept["value"]
    return result
