"""Who could work here: each kind of worker, whether it is there and has a key, and what a small call would cost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from factory import workers
from factory.egress import keys
from factory.egress.prices import worst
from factory.egress.providers import GEMINI, Provider
from factory.errors import CouldNotRun, FactoryError, NoWorker
from factory.gate.absent import absent
from factory.gate.interpreter import find_python
from factory.git.repo import Repo
from factory.kinds import KINDS
from factory.line import ping
from factory.line.ping import AskedOf, KnownQuestion
from factory.records.view import find_main
from factory.sandbox import bubblewrap, toolchains
from factory.sandbox.probe import probe
from factory.sandbox.sandbox import Job, Sandbox
from factory.ssot.settings import Settings, Worker
from factory.tree import Tree
from factory.workers.choice import chosen
from factory.workers.cli import Cli
from factory.workers.installed import Installed, find

VERSION_SECONDS = 60.0
MOST_USD = 0.05  # that one call to try a worker out may cost
Json = dict[str, Any]


def roster(path: Path, environ: Mapping[str, str], asked: KnownQuestion | None = None) -> Json:
    """Every kind, and every worker of the settings. `asked`: make the small call, once a worker."""
    with Repo(path) as repo:
        settings, _ = find_main(repo)
    sandbox = _sandbox(settings)
    return {
        "kinds": [_kind(kind, environ, sandbox) for kind in KINDS],
        "workers": [_worker(name, one, environ, asked) for name, one in settings.workers.items()],
    }


def asked_all(path: Path, environ: Mapping[str, str], asked: KnownQuestion) -> list[Json]:
    """Every worker of the settings that has a model, and what became of the question."""
    with Repo(path) as repo:
        settings, _ = find_main(repo)
    found = [_worker(name, one, environ, asked) for name, one in settings.workers.items()]
    return [one for one in found if one["model"] or not one["ready"]]


def _sandbox(settings: Settings) -> Sandbox | None:
    try:
        return probe(settings.sandbox.kind, settings.sandbox.image)
    except FactoryError:
        return None


def _agent(settings: Worker) -> Cli | None:
    """What is run for a worker; None for a kind that is none of the command-line agents. Mistake for a wrong line."""
    if settings.kind == "acp":
        from factory.workers.acp import cli_for

        return cli_for(settings.command)
    return getattr(workers.load(settings.kind), "CLI", None)


def _provider(settings: Worker) -> Provider | None:
    agent = _agent(settings)
    return agent.provider if agent else GEMINI if settings.kind == "gemini" else None


def _kind(kind: str, environ: Mapping[str, str], sandbox: Sandbox | None) -> Json:
    if kind == "acp":
        return {"kind": kind, "ready": None, "why": "needs `command`: gemini --acp, qwen --acp or opencode acp"}
    plain = Worker(kind=kind)
    agent, provider = _agent(plain), _provider(plain)
    if provider is None:
        return {"kind": kind, "ready": True, "why": "needs neither a program of its own nor a key"}
    variable = keys.DEFAULT[provider.name]
    found: Json = {"kind": kind, "key_variable": variable, "key": bool(environ.get(variable, "").strip())}
    if agent:
        found |= _program(agent, environ, sandbox)
    missing = [f"{variable} is not set"] if not found["key"] else []
    missing += [found["install"]] if found.get("install") else []
    return {**found, "ready": not missing, "why": "; ".join(missing)}


def _program(agent: Cli, environ: Mapping[str, str], sandbox: Sandbox | None) -> Json:
    """Where it is, and the version that it tells from inside a room without a network."""
    try:
        found = find(agent.program, environ.get("PATH", ""), agent.install)
    except FactoryError:
        return {"program": "", "version": "", "install": agent.install}
    return {"program": str(found.program), "version": _version(found, sandbox) if sandbox else "", "install": ""}


def _version(found: Installed, sandbox: Sandbox) -> str:
    with tempfile.TemporaryDirectory(prefix="factory-version-") as room:
        os.chmod(room, 0o777)
        done = sandbox.run(Job((*found.argv, "--version"), Path(room), VERSION_SECONDS, read=found.read))
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:60] if done.code == 0 and lines else "(tells no version)"


def _worker(name: str, settings: Worker, environ: Mapping[str, str], asked: KnownQuestion | None) -> Json:
    found: Json = {"name": name, "kind": settings.kind, "model": "", "dry_call_usd": None, "ready": True, "why": ""}
    try:
        if (provider := _provider(settings)) is None:
            return found
        agent = _agent(settings)
        model = agent.default_model if agent else getattr(workers.load(settings.kind), "DEFAULT_MODEL", "")
        choice = chosen(settings, model, provider.prices)
        most = (asked or ping.HELLO).tokens_out
        usd = worst(ping.TOKENS_IN, most, provider.prices, choice.model, choice.price)
        found |= {"model": choice.model, "dry_call_usd": usd}
        key = keys.find_key(provider.name, environ, settings.key_env)
        if agent:
            find(agent.program, environ.get("PATH", ""), agent.install)
        if asked and usd > MOST_USD:
            found |= {"why": f"not asked: it could cost more than ${MOST_USD:g}"}
        elif asked:
            pong = ping.ping(AskedOf(provider, key, choice.model, choice.price, settings.base_url), asked)
            found |= {"ready": pong.ok, "why": pong.said, "paid_usd": pong.usd}
    except FactoryError as error:
        found |= {"ready": False, "why": str(error)}
    return found


def must_be_ready(name: str, settings: Settings, environ: Mapping[str, str], repo: Repo, main: Tree) -> None:
    """CouldNotRun or Mistake where a worker of the settings lacks its program, its model, its price or its key."""
    worker = settings.workers[name]
    if (provider := _provider(worker)) is None:
        if worker.kind == "command":
            _must_be_startable(name, worker, settings, environ, repo, main)
        return
    try:
        agent = _agent(worker)
        default = agent.default_model if agent else getattr(workers.load(worker.kind), "DEFAULT_MODEL", "")
        chosen(worker, default, provider.prices)
        keys.find_key(provider.name, environ, worker.key_env)
        if agent:
            find(agent.program, environ.get("PATH", ""), agent.install)
    except CouldNotRun as error:
        kind = NoWorker if isinstance(error, NoWorker) else CouldNotRun
        raise kind(f"worker {name}: {error}") from error


def _must_be_startable(
    name: str, worker: Worker, settings: Settings, environ: Mapping[str, str], repo: Repo, main: Tree
) -> None:
    """A program that is not there is 127 at each attempt. In a container it is the image that has it or not."""
    kind = settings.sandbox.kind
    if not worker.command or kind in ("docker", "podman") or (kind == "auto" and not bubblewrap.binary()):
        return
    program = worker.command[0]
    tools = toolchains.tools(environ, map(Path, settings.sandbox.read), "none" if kind == "none" else "bwrap")
    own = environ.get("PATH", "") if "PATH" in worker.env else ""
    path = own or ":".join((str(find_python(repo, settings).parent), *tools.path))
    if "/" not in program:
        if shutil.which(program, path=path) is None:
            said = absent(f"sh: {program}: not found\n", environ, tools) or f"it is in none of {path}"
            raise CouldNotRun(f"worker {name}: no program {program} can be started in its room: {said}")
    elif program.removeprefix("./") not in main.entries() and not Path(program).exists():
        raise CouldNotRun(
            f"worker {name}: no program {program} can be started in its room: main has no such file; write where it "
            f"lies in [workers.{name}] command"
        )


def as_text(document: Json) -> str:
    lines = ["kinds of worker"]
    for kind in document["kinds"]:
        mark = {True: "ready", False: "not yet", None: "see docs"}[kind["ready"]]
        told = "  ".join(part for part in (kind.get("version", ""), kind["why"]) if part)
        lines.append(f"  {kind['kind']:<15} {mark:<9} {told}")
    lines.append("workers of ssot/factory.toml")
    for one in document["workers"]:
        cost = "" if one["dry_call_usd"] is None else f"a small call: up to ${one['dry_call_usd']:.6f}"
        paid = f"paid ${one['paid_usd']:.6f}" if "paid_usd" in one else ""
        told = "  ".join(part for part in (one["model"], cost, one["why"], paid) if part)
        lines.append(f"  {one['name']:<15} {'ready' if one['ready'] else 'not yet':<9} {one['kind']}  {told}")
    if not document["workers"]:
        lines.append("  (none: add [workers.default]; `factory help workers` shows how)")
    return "\n".join(lines)
