"""The cases: one folder each, with what it tries and what must become of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field

from factory.model import Value

HERE = Path(__file__).parent
BASE = HERE / "base"
STAMPED, MISTAKE = "STAMPED", "MISTAKE"


class Case(Value):
    """One worker, honest or not."""

    name: str
    tries: str = Field(description="one sentence")
    expected: str = Field(description="STAMPED; the triage that its attempt must end with; MISTAKE: nothing is tried")
    layer: str = Field("", description="what catches it: a guard, harvest, ...; with STAMPED: what makes it harmless")
    unprovable: bool = Field(False, description="it cheats, and nothing that runs it can tell")
    caught_by: str = Field("", description="unprovable: what would catch it")
    title: str = "Discounts"
    terms: str = Field("", description="the ticket's further terms, as TOML")
    settings: dict[str, str] = Field({}, description="text of ssot/factory.toml -> what stands there instead")
    files: dict[str, str] = Field({}, description="further files of main")
    slow: bool = Field(False, description="left to the proof: it takes more than a few seconds")
    runner: str = ""
    script: str = ""

    @property
    def is_cheat(self) -> bool:
        return bool(self.expected != STAMPED or self.unprovable or self.layer)


def load(folder: Path) -> Case:
    told: dict[str, Any] = tomllib.loads((folder / "case.toml").read_text())
    return Case(name=folder.name, **told, **_worker(folder))


def _worker(folder: Path) -> dict[str, str]:
    for name, runner in (("worker.sh", "sh -c"), ("worker.py", "python3 -c")):
        if (folder / name).exists():
            return {"runner": runner, "script": (folder / name).read_text()}
    patch = (folder / "change.patch").read_text()
    return {"runner": "sh -c", "script": f"git apply --whitespace=nowarn - <<'END_OF_PATCH'\n{patch}END_OF_PATCH\n"}


def every() -> tuple[Case, ...]:
    return tuple(load(at.parent) for at in sorted(HERE.glob("*/case.toml")))
