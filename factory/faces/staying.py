"""What a command that stays open does otherwise than a short one."""

from __future__ import annotations

import gc

OFTEN = (2000, 10, 5)  # objects made, and rounds, between two looks for rubbish


def stay() -> None:
    """A short command hardly ever looks for rubbish among what it made (`cli`): over hours, that would be memory."""
    gc.set_threshold(*OFTEN)
