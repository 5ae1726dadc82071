"""Opens the house: the lock first, then the leftovers of a dead controller, then the tools of one run."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from factory.clock import Clock
from factory.executors.bench import Bench, forget, make_bench
from factory.git import lock
from factory.git.ledger import Ledger
from factory.git.places import home, private_dir
from factory.git.repo import Repo
from factory.line import recover, telling
from factory.line.beforehand import Footing
from factory.line.house import House, Tell
from factory.line.logbook import Logbook
from factory.line.signals import Signals
from factory.line.until import Until
from factory.model import Oid
from factory.money.spacing import Spacing
from factory.notices import receivers
from factory.records import signing
from factory.records.redact import secret_values
from factory.records.signing import Signer
from factory.records.state import View
from factory.records.view import find_main
from factory.rooms.removal import remove
from factory.ssot.settings import Settings


@contextmanager
def open_house(
    path: Path,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    say: Tell | None = None,
    working: bool = False,
    fresh: bool = False,
) -> Iterator[House]:
    """Everything that a writing command works with. Busy where another controller holds the repository.

    `fresh`: what the gate remembers is forgotten.
    """
    with (
        hold(path, environ, fresh=fresh) as repo,
        furnished(repo, environ, clock=clock, say=say, working=working) as house,
    ):
        yield house


@contextmanager
def hold(path: Path, environ: Mapping[str, str], *, fresh: bool = False) -> Iterator[Repo]:
    """The repository, for this controller alone; what a dead one left is swept. Busy where another has it."""
    with Repo(path) as repo, lock.hold(private_dir(repo)) as before:
        recover.sweep_locks(repo, before)
        recover.sweep_asides(repo.common_dir / "objects")
        if fresh:
            forget(repo, environ)
        yield repo


@contextmanager
def furnished(
    repo: Repo,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    say: Tell | None = None,
    working: bool = False,
    until: Until | None = None,
) -> Iterator[House]:
    """The tools of one run, by the settings that main has now, for whoever holds the repository."""
    with make_bench(repo, environ) as bench:
        house = _house(repo, bench, environ, clock or Clock(), say or (lambda _: None))
        house = replace(house, working=working, until=until)
        house = replace(house, herald=telling.herald(house, house.settings.factory.language))
        try:
            yield house
        finally:
            telling.close(house)


def _house(repo: Repo, bench: Bench, environ: Mapping[str, str], clock: Clock, say: Tell) -> House:
    scratch, run = bench.cache / "scratch", uuid.uuid4().hex[:12]
    remove(scratch)
    scratch.mkdir(parents=True, mode=0o700)
    return House(
        repo=repo,
        ledger=Ledger(repo, clock.now, run),
        settings=bench.settings,
        rooms=bench.rooms,
        aside=bench.aside,
        sandbox=bench.sandbox,
        gate=bench.gate,
        clock=clock,
        spacing=Spacing(clock, bench.settings.budget.min_sleep_ms),
        signer=Signer(signing_key(repo, environ)),
        run=run,
        scratch=scratch,
        tell=say,
        secrets=_secrets(bench.settings, environ),
        log=Logbook(private_dir(repo) / "logs", ZoneInfo(bench.settings.factory.timezone), run),
        environ=environ,
        signals=Signals(stop=bench.trial.stop),
        private=private_dir(repo),
        cache=bench.cache,
    )


def _secrets(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What looks like a key by its name, and what the settings say is one."""
    named = [environ.get(worker.key_env or "", "") for worker in settings.workers.values()]
    urls = receivers.secrets(receivers.receivers(settings, environ))
    return tuple(dict.fromkeys((*secret_values(environ), *filter(None, named), *urls)))


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


def ground_of(house: House, view: View) -> Footing:
    """What a run of this house stands on."""
    return Footing(house.repo, view, house.settings, house.environ, house.signer, key_path(house.repo, house.environ))


def key_path(repo: Repo, environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_CONFIG_HOME") or home(environ) / ".config"
    return Path(base) / "stampmill" / f"{hashlib.sha256(os.fsencode(repo.common_dir)).hexdigest()[:16]}.key"
