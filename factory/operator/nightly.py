"""One run each night, as every scheduler must be told of it: which program on which repository, when, until when."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.git.places import home
from factory.git.repo import Repo
from factory.line.until import must_be_a_time
from factory.operator.surroundings import zone as own_zone
from factory.records.view import find_main

FOREIGN = "/mnt/"  # where WSL shows the Windows disks: their programs are none of the factory's


@dataclass(frozen=True)
class Nightly:
    """The run. `python`, `repo`, `log` and `keys` are absolute paths; `keys` need not be there."""

    name: str  # for a unit or a task: letters, digits and hyphens
    repo: str
    python: str
    log: str
    keys: str  # KEY=value lines, which the run gets as variables
    path: str  # PATH, as it is where the text is made: a scheduler's own is short
    begins: dt.datetime  # the next time, in the factory's zone
    here: dt.datetime  # the same moment by this machine's own clock
    words: tuple[str, ...]  # what stands behind `run`

    @property
    def command(self) -> tuple[str, ...]:
        """`-P`: a package of the repository that is named like one of the factory's is none of it."""
        return (self.python, "-P", "-m", "factory", "run", *self.words, "--repo", self.repo)

    @property
    def asked(self) -> str:
        """What prints the same text again, as a person types it."""
        end = " ".join(self.words) or "--until ''"
        return f"factory schedule --at {self.begins:%H:%M} {end} --repo {shlex.quote(self.repo)}"

    @property
    def shell_line(self) -> str:
        """The same as one line for `sh`, with the keys, and with what it prints at the end of the log."""
        keys = shlex.quote(self.keys)
        return (
            f"set -a; [ ! -r {keys} ] || . {keys}; set +a; PATH={shlex.quote(self.path)}; export PATH; "
            f"exec {shlex.join(self.command)} >> {shlex.quote(self.log)} 2>&1"
        )

    @property
    def plain_line(self) -> str:
        """The same in letters and digits, for where quotes, `%` or `$` mean something to somebody on the way."""
        return f"echo {base64.b64encode(self.shell_line.encode()).decode()} | base64 -d | exec /bin/sh"


def nightly(path: Path, environ: Mapping[str, str], now: float, at: str, words: tuple[str, ...]) -> Nightly:
    """Of this repository, by the settings on its main. Mistake where a path has a line break, or `at` is no time."""
    wall = time_of_day(at, "--at")
    with Repo(path) as repo:
        zone, place, common = find_main(repo)[0].factory.timezone, repo.work_tree or repo.git_dir, repo.common_dir
    begins = _next(wall, ZoneInfo(zone), now)
    config = Path(environ.get("XDG_CONFIG_HOME") or home(environ) / ".config")
    folders = [one for one in environ.get("PATH", os.defpath).split(":") if one and not one.startswith(FOREIGN)]
    found = Nightly(
        name=f"stampmill-{_slug(place.name)}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:6]}",
        repo=_written(place),
        python=_written(Path(sys.executable)),
        log=_written(common / "factory-nightly.log"),
        keys=_written(config / "stampmill" / "nightly.env"),
        path=":".join(dict.fromkeys(folders)),
        begins=begins,
        here=begins.astimezone(ZoneInfo(own_zone(environ))),
        words=words,
    )
    _written(Path(found.path))
    return found


def time_of_day(text: str, option: str) -> dt.time:
    """Mistake where it is none: a date comes once, and a night every day."""
    found = must_be_a_time(text)
    if isinstance(found, dt.time):
        return found
    raise Mistake(f"{option} {text} is no time of day", remedy="write it as 23:30")


def _next(at: dt.time, zone: ZoneInfo, now: float) -> dt.datetime:
    local = dt.datetime.fromtimestamp(now, zone)
    day = local.date() + dt.timedelta(days=at <= local.time())
    return dt.datetime.combine(day, at, zone)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40] or "project"


def _written(path: Path) -> str:
    """A path as text. No scheduler takes a line break in a line, and no page letters that are none."""
    text = str(path)
    if re.search(r"[\x00-\x1f\x7f]", text) or text != text.encode("utf-8", "replace").decode():
        raise Mistake("a scheduler cannot be told of this path", path=repr(text), remedy="give the folder a plain name")
    return text
