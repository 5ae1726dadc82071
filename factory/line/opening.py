"""Opens the house: the lock first, then the leftovers of a dead controller, then the tools of one run."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from factory.clock import Clock
from factory.gate.gate import Gate
from factory.gate.trial import Trial
from factory.git import lock
from factory.git.ledger import Ledger
from factory.git.places import cache_dir, home, private_dir, writable
from factory.git.repo import Repo
from factory.line import recover
from factory.line.beforehand import Ground
from factory.line.house import House, Say
from factory.line.logbook import Logbook
from factory.model import Oid
from factory.money.spacing import Spacing
from factory.records import signing
from factory.records.redact import secret_values
from factory.records.signing import Signer
from factory.records.state import View
from factory.records.view import find_main, settings_at
from factory.rooms import generated
from factory.rooms.change import Aside
from factory.rooms.removal import remove
from factory.rooms.rooms import Rooms
from factory.sandbox.sandbox import Limits, Sandbox, probe
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings


def limits_of(settings: Settings) -> Limits:
    box = settings.sandbox
    return Limits(
        memory_mb=box.memory_mb, processes=box.processes, file_mb=box.file_mb, room_mb=box.room_mb,
    )  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """What judges trees: rooms, a sandbox and the gate, by the settings at one commit of main."""

    repo: Repo
    main: Oid
    settings: Settings
    aside: Aside
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
        return replace(self, main=main, settings=settings, trial=trial, gate=Gate(self.repo, settings, trial))

    def _trial(self, settings: Settings) -> Trial:
        return Trial(
            self.repo, self.rooms, self.sandbox, settings, self.memory, limits_of(settings), self.environ,
            self.trial.began,
        )  # fmt: skip


@contextmanager
def make_bench(repo: Repo, environ: Mapping[str, str], *, apart: bool = False) -> Iterator[Bench]:
    """Probe the sandbox, sweep what a dead process left in the rooms, and set up the gate; at the end no room stays.

    `apart`: nothing is believed that ran before, and what runs now is not remembered.
    """
    settings, main = find_main(repo)
    cache = writable(cache_dir(repo, environ), "XDG_CACHE_HOME")
    aside = Aside(repo.store)
    rooms = Rooms(
        aside, cache / "rooms", kind=settings.sandbox.rooms, limits=limits_of(settings),
        generated=generated.find(repo, settings.sandbox.generated),
    )  # fmt: skip
    memory = (cache / f"apart-{os.getpid()}" if apart else cache) / "gate"
    try:
        rooms.sweep()
        sandbox, limits = probe(settings.sandbox.kind, settings.sandbox.image), limits_of(settings)
        trial = Trial(repo, rooms, sandbox, settings, memory, limits, environ, time.time())
        gate = Gate(repo, settings, trial)
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


@contextmanager
def open_house(
    path: Path,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    say: Say | None = None,
    working: bool = False,
    fresh: bool = False,
) -> Iterator[House]:
    """Everything that a writing command works with. Busy where another controller holds the repository.

    `fresh`: what the gate remembers is forgotten.
    """
    clock = clock or Clock()
    with Repo(path) as repo, lock.hold(private_dir(repo)) as before:
        recover.sweep_locks(repo, before)
        recover.sweep_asides(repo.common_dir / "objects")
        if fresh:
            forget(repo, environ)
        with make_bench(repo, environ) as bench:
            yield _house(repo, bench, environ, clock, say or (lambda _ticket, _text: None), working)


def _house(repo: Repo, bench: Bench, environ: Mapping[str, str], clock: Clock, say: Say, working: bool) -> House:
    scratch, run = bench.cache / "scratch", uuid.uuid4().hex[:12]
    remove(scratch)
    scratch.mkdir(parents=True, mode=0o700)
    return House(
        repo=repo, ledger=Ledger(repo, clock.now, run), settings=bench.settings, rooms=bench.rooms,
        aside=bench.aside, sandbox=bench.sandbox, gate=bench.gate, clock=clock,
        spacing=Spacing(clock, bench.settings.budget.min_sleep_ms),
        signer=Signer(signing_key(repo, environ)), run=run, scratch=scratch,
        tell=say, secrets=_secrets(bench.settings, environ),
        log=Logbook(private_dir(repo) / "logs", ZoneInfo(bench.settings.factory.timezone), run),
        environ=environ, stop=bench.trial.stop, private=private_dir(repo), working=working,
        cache=bench.cache,
    )  # fmt: skip


def _secrets(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What looks like a key by its name, and what the settings say is one."""
    named = [environ.get(worker.key_env or "", "") for worker in settings.workers.values()]
    return tuple(dict.fromkeys((*secret_values(environ), *filter(None, named))))


def signing_key(repo: Repo, environ: Mapping[str, str]) -> Path | None:
    """The factory's own key for this repository, outside of it; None where `init` made none.

    Of several that main names, the one of this place; one that it names stays found when the folder is moved.
    """
    at = key_path(repo, environ)
    allowed = signing.ALLOWED
    named = repo.store.file(repo.store.tree_of(find_main(repo)[1]), allowed) or b""
    around = sorted(at.parent.glob("*.key")) if at.parent.is_dir() else []
    found = [key for key in (at, *around) if signing.is_named(key, named)]
    return found[0] if found else at if at.exists() else None


def must_be_able_to_sign(house: House, main: Oid) -> None:
    """Mistake where main names who may sign the stamps, and this factory's key is not there or not among them."""
    allowed = house.repo.store.file(house.repo.store.tree_of(main), signing.ALLOWED)
    signing.must_be_able(house.signer, allowed or b"", key_path(house.repo, house.environ))


def ground_of(house: House, view: View) -> Ground:
    """What a run of this house stands on."""
    return Ground(house.repo, view, house.settings, house.environ, house.signer, key_path(house.repo, house.environ))


def key_path(repo: Repo, environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_CONFIG_HOME") or home(environ) / ".config"
    return Path(base) / "stampmill" / f"{hashlib.sha256(os.fsencode(repo.common_dir)).hexdigest()[:16]}.key"
