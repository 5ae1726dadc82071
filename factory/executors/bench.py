"""What attempts are made and judged with: rooms, a sandbox and the gate, by the settings at one commit of main."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from factory.gate.gate import Gate
from factory.gate.prepared import Kit
from factory.gate.trial import Trial
from factory.git.places import cache_dir, writable
from factory.git.repo import Repo
from factory.model import Oid
from factory.records.view import find_main, settings_at
from factory.rooms import generated
from factory.rooms.change import HeldBack
from factory.rooms.removal import remove
from factory.rooms.rooms import Rooms
from factory.sandbox.probe import probe
from factory.sandbox.sandbox import JobLimits, Sandbox
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings


@dataclass(frozen=True)
class Bench:
    """What judges trees: rooms, a sandbox and the gate, by the settings at one commit of main."""

    repo: Repo
    main: Oid
    settings: Settings
    aside: HeldBack
    rooms: Rooms
    sandbox: Sandbox
    trial: Trial
    gate: Gate
    cache: Path
    memory: Path  # what the gate remembers
    environ: Mapping[str, str]

    def at(self, main: Oid) -> Bench:
        """The same bench with the settings that main had at another commit."""
        settings = settings_at(self.repo, main) or read_settings(None)
        trial = self._trial(settings)
        return replace(self, main=main, settings=settings, trial=trial, gate=Gate(trial))

    def _trial(self, settings: Settings) -> Trial:
        kit = Kit(self.rooms, self.sandbox, self.environ)
        return Trial(self.repo, settings, kit, self.memory, self.trial.began)


@contextmanager
def make_bench(repo: Repo, environ: Mapping[str, str], *, apart: bool = False) -> Iterator[Bench]:
    """Probe the sandbox, sweep what a dead process left in the rooms, and set up the gate; at the end no room stays.

    `apart`: nothing is believed that ran before, and what runs now is not remembered.
    """
    settings, main = find_main(repo)
    cache = writable(cache_dir(repo, environ), "XDG_CACHE_HOME")
    aside = HeldBack(repo.store)
    rooms = Rooms(
        aside,
        cache / "rooms",
        kind=settings.sandbox.rooms,
        limits=JobLimits.of(settings.sandbox),
        generated=generated.find(repo, settings.sandbox.generated),
    )
    memory = (cache / f"apart-{os.getpid()}" if apart else cache) / "gate"
    try:
        rooms.sweep()
        sandbox = probe(settings.sandbox.kind, settings.sandbox.image)
        trial = Trial(repo, settings, Kit(rooms, sandbox, environ), memory, time.time())
        gate = Gate(trial)
        yield Bench(repo, main, settings, aside, rooms, sandbox, trial, gate, cache, memory, environ)
    finally:
        rooms.close()
        if apart:
            remove(memory.parent)


def forget(repo: Repo, environ: Mapping[str, str]) -> None:
    """What the gate remembers, and what `[gate] setup` made. Called with the controller's lock held."""
    for name in ("gate", "env"):
        remove(cache_dir(repo, environ) / name)


@contextmanager
def open_bench(path: Path, environ: Mapping[str, str], *, apart: bool = False) -> Iterator[Bench]:
    """A bench without the controller's lock: judging by hand disturbs no run, and no run disturbs it."""
    with Repo(path) as repo, make_bench(repo, environ, apart=apart) as bench:
        yield bench
