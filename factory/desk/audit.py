"""`factory audit`: the auditor's opinion on an item's last attempt, once it was judged."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from factory.desk.snapshot import snapshot
from factory.errors import Mistake
from factory.line.auditor import Opinion
from factory.line.house import Tell
from factory.line.lastattempt import opinion
from factory.line.opening import open_house
from factory.model import State


def audit(path: Path, id: str, environ: Mapping[str, str], tell: Tell) -> Opinion:
    """Mistake where there is no attempt to read, or one that is not over; CouldNotRun where it gives no opinion."""
    for item in snapshot(path, time.time()).items:
        if item.id == id and item.state is State.INFLIGHT:
            said = f"{id}#{item.attempt} is worked on now, and not judged yet"
            raise Mistake(said, remedy="`factory status --watch` shows its end")
    with open_house(path, environ, say=tell) as house:
        return opinion(house, id)
