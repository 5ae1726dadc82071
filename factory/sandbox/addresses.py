"""Where a program's memory lies: at random, as the kernel has it, or at the same place on each run.

What is ordered by addresses changes from run to run: a set with objects in it, before Python 3.12 also one with None.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

SAME_PLACE = 0x0040000  # ADDR_NO_RANDOMIZE of personality(2)
ASK = 0xFFFFFFFF


@contextmanager
def at_the_same_place(wanted: bool = True) -> Iterator[None]:
    """For programs that this thread starts meanwhile. Where the machine does not let us, they lie at random."""
    personality = getattr(ctypes.CDLL(None), "personality", None) if wanted else None
    was = personality(ctypes.c_ulong(ASK)) if personality else -1
    if personality is None or was == -1:
        yield
        return
    personality(ctypes.c_ulong(was | SAME_PLACE))
    try:
        yield
    finally:
        personality(ctypes.c_ulong(was))
