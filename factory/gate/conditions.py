"""Under what conditions the gate runs a command: held still as a rule, and otherwise for a proof's second run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

STILL = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "COLUMNS": "200"}
OTHER = {"PYTHONDONTWRITEBYTECODE": "yes", "COLUMNS": "201", "LC_ALL": "C"}  # that mean the same, in other words
ZONES = ("Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Australia/Lord_Howe")


class Conditions(NamedTuple):
    """What of a run's surroundings could change what it says, and should not."""

    env: Mapping[str, str] = STILL
    room: str = "/room"  # where it sees its room, where there is a box around it
    backwards: bool = False  # tests in the other order

    @property
    def key(self) -> str:
        return json.dumps([dict(self.env), self.room, self.backwards], sort_keys=True)

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        plain = {*STILL, "TZ", "LC_ALL"} - {"PYTHONDONTWRITEBYTECODE", "COLUMNS"}  # the others mean the same
        said = [f"{name}={value}" for name, value in self.env.items() if STILL.get(name) != value and name in plain]
        return ", ".join([*said, f"in {self.room}", *(["tests backwards"] if self.backwards else [])])


USUAL = Conditions()


def otherwise(digest: str) -> Conditions:
    """Another hash seed, time zone, locale, user, place and order of tests, by the plan's digest."""
    said = hashlib.sha256(f"{digest} otherwise".encode()).hexdigest()
    number = int(said[:8], 16)
    env = {"PYTHONHASHSEED": str(1 + number % 4_000_000_000), "TZ": ZONES[number % len(ZONES)]}
    env["USER"] = env["LOGNAME"] = f"u{said[20:26]}"
    return Conditions({**STILL, **OTHER, **env}, room=f"/{said[8:20]}/{said[26:34]}", backwards=True)
