"""Runs a command-line agent in a room whose only way out is the egress proxy, and says how it ended.

What differs between the agents is one value each, `Cli`; nothing that an agent says of itself decides anything.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from factory.egress.egress import Egress, ProxyLimits
from factory.egress.keys import Access, find_key
from factory.errors import Mistake
from factory.injected import forward
from factory.model import Ended
from factory.money.wallet import AttemptTooDear
from factory.proposals.prompt import agent_prompt
from factory.records.evidence import REQUESTS
from factory.sandbox.process import Finished
from factory.tree import matches
from factory.workers import Program, Task, Work
from factory.workers.choice import checked, chosen
from factory.workers.cli import Cli, Given, Words
from factory.workers.installed import Installed, find
from factory.workers.spending import blame, report_of
from factory.workers.wallet_toll import WalletToll

FORWARD = Path(forward.__file__)
INSIDE = "/factory"
SUMMARY = 4000  # characters


def run(cli: Cli, task: Task) -> Work:
    """One attempt. A FactoryError is the set-up's, the key's or the budget's: what the wallet refused with is raised
    again here, after the agent has ended."""
    settings = task.settings
    if checked(settings.effort) and not cli.efforts:
        raise Mistake(f"{cli.name} takes no effort", path="ssot/factory.toml", remedy="leave `effort` out")
    installed = find(cli.program, os.environ.get("PATH", ""), cli.install)
    key = find_key(cli.provider.name, os.environ, settings.key_env)
    choice = chosen(settings, cli.default_model, cli.provider.prices)
    toll = WalletToll(task.wallet, cli.provider, choice.price)
    audit = task.out / REQUESTS
    with tempfile.TemporaryDirectory(prefix="eg-") as private:  # short, for the socket; 0700, so its mode is enough
        at = Path(private) / "s"
        limits = ProxyLimits(model=choice.model, tokens_out=settings.max_tokens_out)
        with Egress(Access(cli.provider, key, settings.base_url), at, toll, limits, audit) as egress:
            given = make_given(task, choice.model)
            done = _launch(cli, given, installed, task, egress)
    return _work(cli, given, done, egress, toll.usd, audit)


def _launch(cli: Cli, given: Given, installed: Installed, task: Task, egress: Egress) -> Finished:
    lay_home(given.home, cli.home(given))
    before: Words = ("python3", FORWARD, egress.at, str(given.port), "--")
    before += ("python3", cli.driver, "--") if cli.driver else ()
    program = Program(
        (*before, *installed.argv, *cli.argv(given), *task.settings.args),
        env={"HOME": given.home, "NO_COLOR": "1", "CI": "1", "NO_BROWSER": "1", **cli.env(given)},
        files={f"{INSIDE}/{path.name}": path for path in (FORWARD, cli.driver) if path},
        write={f"{INSIDE}/home": given.home},
        read=installed.read,
        socket=egress.at,
        end=egress.hopeless,
    )
    return task.launch(program)


def _work(cli: Cli, given: Given, done: Finished, egress: Egress, usd: float, audit: Path) -> Work:
    too_dear = isinstance(egress.stopped, AttemptTooDear)
    if egress.stopped and not too_dear:
        raise egress.stopped
    refused = None if too_dear else egress.last_refused
    used = egress.usage
    if refused and not (refused.status == 404 and used.calls):  # a model that has answered is there
        blame(refused, egress.provider.name, given.model)
    said = str(egress.stopped) if too_dear else cli.error(done, given.home)
    if egress.broken:  # by what this room sent: no other ticket has to meet that
        said = f"the egress proxy failed: {egress.broken}"
    return Work(
        ended=how_it_ended(done, said, later=bool(refused and refused.later)),
        report=report_of(used, cli.summary(done)[-SUMMARY:], usd),
        stdout=done.stdout,
        stderr=done.stderr + _told(cli, egress.denied if done.code or said else "", said),
        exit_code=done.code,
        retry_after=refused.retry if refused else None,
        daily_quota=bool(refused and refused.daily),
        history=(f"{cli.program} ({cli.name}, {given.model})",),
        extra={REQUESTS: audit.read_bytes()} if audit.exists() else {},
    )


def _told(cli: Cli, denied: str, said: str) -> bytes:
    """Why it failed, the weightiest last."""
    lines = [f"the egress refused a request: {denied}" if denied else "", f"{cli.name}: {said}" if said else ""]
    return "".join(f"{line}\n" for line in lines if line).encode("utf-8", "replace")


def how_it_ended(done: Finished, said: str, *, later: bool) -> Ended:
    """A refusal that stands at the end is the reason, whatever the exit code: some agents exit 0 on one."""
    if later:
        return Ended.LATER
    if done.timed_out:
        return Ended.TIMEOUT
    return Ended.FAILED if done.code != 0 or said else Ended.DONE


def make_given(task: Task, model: str) -> Given:
    """What an agent's line is made from, with a fresh home in the attempt's private folder."""
    modify, home = task.plan.scope.modify, task.out / "home"
    home.mkdir()
    return Given(
        prompt=agent_prompt(task.plan, task.rules, task.about()),
        model=model,
        effort=task.settings.effort,
        budget_usd=task.plan.budget_usd,
        files=tuple(path for path in task.files.entries() if modify and matches(path, modify)),
        command=task.settings.command,
        port=_free_port(),
        home=home,
    )


def _free_port() -> int:
    """A room has a loopback of its own, where any port is free; without a sandbox it must be free out here too."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def lay_home(home: Path, contents: Mapping[str, str]) -> None:
    """What an agent finds in its private home. The sandbox may run it as another user; `out` is ours alone."""
    for name, content in contents.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    for path in (home, *home.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
