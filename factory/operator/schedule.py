"""`factory schedule`: ready text for whatever starts programs at an hour. It writes nothing and installs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from factory.errors import Mistake
from factory.operator import schedulers
from factory.operator.nightly import nightly, time_of_day

KINDS = ("cron", "systemd", "windows")


class Wish(NamedTuple):
    """What was asked for."""

    at: str
    until: str
    forever: bool
    kind: str


def schedule(path: Path, environ: Mapping[str, str], now: float, wish: Wish) -> tuple[str, dict[str, object]]:
    """The text of the kinds that are asked for, and all of it for a program. Mistake where a word cannot be used."""
    if wish.kind not in (*KINDS, "all"):
        raise Mistake(f"there is no kind {wish.kind!r}", remedy=f"use one of {', '.join(KINDS)}, all")
    if wish.until:
        time_of_day(wish.until, "--until")
    words = ("--until", wish.until) if wish.until else ()
    run = nightly(path, environ, now, wish.at, (*words, *(("--forever",) if wish.forever else ())))
    found = {
        "cron": schedulers.cron(run),
        "systemd": schedulers.systemd(run),
        "windows": schedulers.windows(run, environ.get("WSL_DISTRO_NAME", "")),
    }
    if wish.kind != "all":
        text = found[wish.kind]
    else:
        heads = {
            "cron": "cron",
            "systemd": "systemd",
            "windows": "Windows, typed in WSL:\n# " + schedulers.into_windows(run),
        }
        text = "\n\n".join(f"# === {heads[kind]}\n\n{found[kind]}" for kind in KINDS)
    data: dict[str, object] = {"name": run.name, "command": list(run.command), "units": schedulers.units(run)}
    return text, data | {kind: found[kind] for kind in KINDS if wish.kind in (kind, "all")}
