"""The evidence pack: what was done, what was seen, and how to see it again. Redacted and bounded before git sees it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from factory.model import Plan, Result, Verdict
from factory.plain import json_text
from factory.records import judges, redact

HASHES = "hash_manifest.json"
REQUESTS = "egress.jsonl"  # of a worker that speaks to a model: a line for each request to its provider
FILES = (
    "manifest.json",
    "kpi.json",
    "gate.log",
    "git_info.json",
    "cmd_history.txt",
    "stdout.txt",
    "stderr.txt",
    "exitcode.txt",
    "verify_report.json",
    HASHES,
    "README.md",
)


class Left(NamedTuple):
    """What a worker left beside its change: what it printed, and what it says of itself."""

    stdout: bytes
    stderr: bytes
    exit_code: int
    history: tuple[str, ...]
    report: Mapping[str, Any]
    extra: Mapping[str, bytes] = {}  # further files, by name


def pack(
    plan: Plan,
    result: Result,
    verdict: Verdict,
    left: Left,
    git_info: Mapping[str, str],
    known_secrets: tuple[str, ...] = (),
) -> dict[str, bytes]:
    """Every file of `.factory/evidence/`, by name; `hash_manifest.json` holds the sha256 of every other."""
    raw = {
        "manifest.json": _json(_manifest(plan)),
        "kpi.json": _json(result.kpi_summary),
        "gate.log": verdict.log.encode("utf-8", "replace"),
        "git_info.json": _json(dict(git_info)),
        "cmd_history.txt": _lines(left.history),
        "stdout.txt": left.stdout,
        "stderr.txt": left.stderr,
        "exitcode.txt": f"{left.exit_code}\n".encode(),
        "verify_report.json": _json(_verify_report(verdict, left)),
        "README.md": _readme(plan, git_info),
        **left.extra,
    }
    clean = redact.cap_all({name: redact.clean(content, known_secrets) for name, content in raw.items()})
    return {**clean, HASHES: hashes(clean)}


def _manifest(plan: Plan) -> dict[str, Any]:
    return {
        "ticket": plan.ticket_id,
        "attempt": plan.attempt,
        "key": plan.idempotency_key,
        "files": list(FILES),
        "worker": plan.worker,
        "judges": judges.digest(),
    }


def _verify_report(verdict: Verdict, left: Left) -> dict[str, Any]:
    return {
        "status": verdict.status.value,
        "findings": [str(f) for f in verdict.findings if not f.flag],
        "flagged": [str(f) for f in verdict.findings if f.flag],
        "failed": list(verdict.failed),
        "worker_says": dict(left.report),
    }


def hashes(files: Mapping[str, bytes]) -> bytes:
    """hash_manifest.json over these files."""
    return _json({name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != HASHES})


def faults(files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a pack that was read back from git: files missing, added or edited."""
    wrong = [f"{name} is missing" for name in FILES if name not in files]
    try:
        listed = json.loads(files.get(HASHES, b"{}"))
    except ValueError:
        return [*wrong, f"{HASHES} is not JSON"]
    for name, content in files.items():
        if name == HASHES:
            continue
        if name not in listed:
            wrong.append(f"{name} is not in {HASHES}")
        elif listed[name] != hashlib.sha256(content).hexdigest():
            wrong.append(f"{name} was edited after the attempt")
    return wrong + [f"{name} is listed and missing" for name in listed if name not in files and name not in FILES]


def _json(value: Any) -> bytes:
    return (json_text(value, sort_keys=True) + "\n").encode()


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _readme(plan: Plan, git_info: Mapping[str, str]) -> bytes:
    return (
        f"The gate of {plan.ticket_id}, attempt {plan.attempt}, again, in a clone of this repository:\n"
        f"    factory gate --work {git_info.get('work', '')} --base {git_info.get('main') or plan.base}\n"
        "What it said then is in gate.log and verify_report.json; hash_manifest.json holds the sha256 of each file.\n"
    ).encode()
