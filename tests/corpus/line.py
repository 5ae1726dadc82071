"""Runs one case through the whole line, and says what became of it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory import cli
from factory.git.places import cache_dir
from factory.git.repo import LEDGER, Repo
from factory.git.store import GitTree
from tests.corpus.cases import BASE, MISTAKE, STAMPED, Case
from tests.git.conftest import put

REPORT, RESULT = ".factory/evidence/verify_report.json", ".factory/result.json"
SAID = (".factory/evidence/stdout.txt", ".factory/evidence/stderr.txt", ".factory/evidence/gate.log")
AHEAD = 4e9  # seconds since the epoch
AFTER = (("status",), ("log",), ("dry",), ("verify",), ("status", "--json"), ("verify", "--json"))


@dataclass(frozen=True)
class Ended:
    """What became of a case, read back from git alone."""

    state: str  # STAMPED, or the attempt's triage
    layers: tuple[str, ...]  # what caught it; nothing where it was stamped
    failed: tuple[str, ...]
    said: str  # what the worker and the gate's commands said, as the evidence keeps it
    printed: str  # all that an operator saw of it
    codes: Mapping[str, int]  # command -> exit code
    changed: frozenset[str]  # paths of main that differ from before
    subjects: tuple[str, ...]  # of main, newest first
    refs: frozenset[str]
    files_changed: frozenset[str]


def files(case: Case, rooms: str = "auto", sandbox: str = "auto") -> dict[str, bytes | None]:
    """Main as the case finds it."""
    found = {str(at.relative_to(BASE)): at.read_text() for at in sorted(BASE.rglob("*")) if at.is_file()}
    found["D_ROADMAP.md"] = found["D_ROADMAP.md"].replace("| Discounts |", f"| {case.title} |")
    found["D_ROADMAP.md"] = found["D_ROADMAP.md"].replace("]\n```", f"]\n{case.terms}```")
    settings = found["ssot/factory.toml"]
    for old, new in {
        **case.settings,
        'rooms = "auto"': f'rooms = "{rooms}"',
        'kind = "auto"': f'kind = "{sandbox}"',
    }.items():
        assert old in settings, old
        settings = settings.replace(old, new)
    return {path: text.encode() for path, text in {**found, "ssot/factory.toml": settings, **case.files}.items()}


def learn(at: Path, seed: Path) -> None:
    """Keep what a run's gate found. What was red is believed within a run alone, so it is dated far ahead."""
    with Repo(at) as repo:
        shutil.copytree(cache_dir(repo, os.environ) / "gate", seed)
    for kept in seed.glob("*.json"):
        found = json.loads(kept.read_bytes())
        if isinstance(found, dict):
            kept.write_text(json.dumps({**found, "at": AHEAD}))


def run(
    case: Case, at: Path, environ: dict[str, str], rooms: str = "auto", sandbox: str = "auto", seed: Path | None = None
) -> Ended:
    """The case as one attempt at one ticket, in a repository of its own at `at`.

    `environ` is the process's own, to be put back by the caller. `seed`: results of the gate that are known by content.
    """
    at.mkdir(parents=True)
    Repo.create(at)
    with Repo(at) as repo:
        before = put(repo, files(case, rooms, sandbox), "a shop")
        repo.call("read-tree", "-m", "-u", before, cwd=at)
        if seed is not None:
            shutil.copytree(seed, cache_dir(repo, environ) / "gate", dirs_exist_ok=True)
    environ.update(CORPUS_RUNNER=case.runner, CORPUS_SCRIPT=case.script)
    codes, printed = {}, ""
    for command in (("run",), *AFTER):
        codes[" ".join(command)], said = call(at, *command)
        printed += said
    with Repo(at) as repo:
        return look(repo, before, codes, printed)


def call(at: Path, *command: str) -> tuple[int, str]:
    """A command's exit code, and all that it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            cli.main([*command, "--repo", str(at)])
        except SystemExit as end:
            return int(end.code or 0), out.getvalue()
    raise AssertionError("the command did not exit")


def look(repo: Repo, before: str, codes: Mapping[str, int], printed: str) -> Ended:
    """What became of the one ticket of a repository whose main stood at `before`."""
    tip = repo.tip("refs/heads/main") or ""
    stamp = next((c for c in repo.log(tip) if c.message.startswith("stamp(")), None)
    kept = repo.store.commit(stamp.oid).parents[1] if stamp else _failed(repo)
    if not kept:
        refs, none = frozenset(repo.refs("refs/")), frozenset[str]()
        return Ended(MISTAKE, ("documents",), (), "", printed, codes, none, _subjects(repo, tip), refs, none)
    result, report = (json.loads(GitTree(repo.store, kept).read(path)) for path in (RESULT, REPORT))
    return Ended(
        state=STAMPED if stamp else result["triage"],
        layers=() if stamp else layers(result, report),
        failed=tuple(report["failed"]),
        said="".join(GitTree(repo.store, kept).read(path).decode() for path in SAID),
        printed=printed,
        codes=codes,
        changed=frozenset(_as_text(c.path) for c in repo.diff(before, tip)),
        subjects=_subjects(repo, tip),
        refs=frozenset(repo.refs("refs/")),
        files_changed=frozenset(result["files_changed"]),
    )


def _subjects(repo: Repo, tip: str) -> tuple[str, ...]:
    return tuple(c.message.split("\n")[0] for c in repo.log(tip))


def _as_text(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _failed(repo: Repo) -> str:
    """The evidence of the one failed attempt, from the ledger."""
    tip = repo.tip(LEDGER)
    for logged in repo.log(tip) if tip else ():
        parents = repo.store.commit(logged.oid).parents
        if logged.message.startswith("fail(") and len(parents) == 2:
            return parents[1]
    return ""


def layers(result: Mapping[str, Any], report: Mapping[str, Any]) -> tuple[str, ...]:
    """What caught an attempt, by its evidence: of guards all that objected, else the one that ended it."""
    if result["triage"] in ("EMPTY", "WORKER", "TIMEOUT", "CONFLICT") and not result["guards"]:
        return ("controller",)
    if failing := tuple(name for name, answer in result["guards"].items() if answer == "FAIL"):
        return failing
    if named := [finding.split(": ")[1] for finding in report["findings"]]:
        return tuple(dict.fromkeys(name for name in named if name in ("harvest", "secrets", "loaded")))
    if any("taken its voice" in line for line in report["failed"]):
        return ("voice",)
    if result["triage"] == "TAMPER":
        return ("canary" if any("canar" in line for line in report["failed"]) else "reporter",)
    if result["triage"] == "VACUOUS" or any(c["after"] != "GREEN" for c in result["criteria"]):
        return ("criteria",)
    return tuple(tier for tier, answer in result["gate_results"].items() if answer not in ("PASS", "SKIPPED"))
