"""How any worker is launched: in the sandbox, with the plan's limits and an attempt's wallet."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from factory import workers
from factory.house import House
from factory.model import Plan
from factory.process import Either, Finished
from factory.sandbox import Job
from factory.settings import Worker
from factory.wallet import LedgerWallet


def wallet_of(house: House, plan: Plan) -> LedgerWallet:
    return LedgerWallet(
        house.ledger, house.settings, plan, house.clock.now, lambda text: house.say(plan.ticket_id, text, "warning")
    )


def launcher(house: House, plan: Plan, room: Path) -> workers.Launch:
    """Runs a worker's command in the sandbox with the plan's limits."""
    settings = house.settings.workers[plan.worker]

    def launch(
        argv: tuple[str | Path, ...],
        *,
        env: Mapping[str, str | Path] = {},
        files: Mapping[str, Path] = {},
        write: Mapping[str, Path] = {},
        read: tuple[Path, ...] = (),
        socket: Path | None = None,
        end: threading.Event | None = None,
    ) -> Finished:
        stops = (house.halts.get(plan.ticket_id), end)
        job = Job(
            argv=(), room=room, timeout=plan.timeout_minutes * 60, files=files, write=write, socket=socket,
            read=(*map(Path, house.settings.sandbox.read), *read), network=_network(house, settings),
            limits=house.gate.limits, stop=Either(*filter(None, stops)), python=house.gate.python,
        )  # fmt: skip

        def told(word: str | Path) -> str:
            return house.sandbox.inside(job, word) if isinstance(word, Path) else word

        passed = {name: value for name, value in house.environ.items() if name in settings.env}
        told_env = {name: told(value) for name, value in env.items()}
        return house.sandbox.run(replace(job, argv=tuple(map(told, argv)), env={**passed, **told_env}))

    return launch


def _network(house: House, settings: Worker) -> Literal["none", "full"]:
    """All of it only where the settings say so; a model's endpoint is reached through a socket, not a network."""
    return "full" if (settings.network or house.settings.sandbox.network) == "full" else "none"
