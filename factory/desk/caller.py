"""On whose behalf a command is carried out, and who hears what goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from factory.model import Progress

Tell = Callable[[Progress], None]
End = Callable[[bool], None]  # ends a run; True: now, and not after what runs


class Wanted(NamedTuple):
    """What is read of an answer."""

    language: str = ""  # `en` or `ko`; empty: as [factory] language says
    data: bool = True  # whether it reads the data: of ten thousand cards that is the most of the work


class Caller(NamedTuple):
    """On whose behalf a command is carried out, and where."""

    path: Path
    environ: Mapping[str, str]
    tell: Tell
    ear: Callable[[End], AbstractContextManager[None]]
    wanted: Wanted = Wanted()
