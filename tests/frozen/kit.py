"""A frozen repository laid out again, and what the command says of it. Git and the command line alone: no other door."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from factory import cli

HERE = Path(__file__).parent
NAMES = ("day", "killed_ticket", "killed_card")
SIGNED = "signed"  # its key is thrown away: it is looked at, and no run goes on there
NOW = 1_767_693_600.0  # 2026-01-06 10:00 UTC, an hour after the last event of any of them
ALWAYS = ("status --json", "report --date 2026-01-06", "kpi --json", "dry --json", "check-consistency", "verify --json")
ASKED = {
    "day": (*ALWAYS, "report --date 2026-01-05", "log", "verify", "verify --rerun --json"),
    "killed_ticket": ALWAYS,
    "killed_card": ALWAYS,
    SIGNED: ("verify", "verify --json"),
}
RELEASED = {"day": ("retry D-003", "retry L5_TEST_000001")}
AFTERWARDS = ("status --json", "kpi --json", "check-consistency", "verify --json")
RECORD = """
record() { mkdir -p "output/$1"; echo '{"ok": true}' > "output/$1/$FACTORY_TICKET.jsonl"; }
"""
MENDED = f"""{RECORD}
case "$FACTORY_TICKET" in
L4_PATCH_*) echo new > notes/a.txt; record 20260105;;
L5_TEST_000001) record 20260105;;
L5_TEST_*) record 20260106;;
*) echo right > "$FACTORY_TICKET.txt";;
esac
"""
OID = re.compile(r"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b")
PROGRESS = re.compile(r"^\d\d:\d\d:\d\d .*\n", re.MULTILINE)  # what it is doing: told for the screen alone
ASIDE = ("reserve", "settle", "spent", "beat", "day", "fold")  # events that may come in another order, or more often
PERSON = {"NAME": "A Person", "EMAIL": "person@example.invalid", "DATE": "2026-01-05T08:00:00 +0000"}


def git(at: Path, *words: str) -> str:
    """Git as nobody in particular, at no time in particular."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in PERSON.items()}
    done = subprocess.run(["git", *words], cwd=at, env={**os.environ, **who}, capture_output=True, check=True)
    return done.stdout.decode()


def commit(at: Path, files: Mapping[str, str], words: str) -> None:
    """A person's commit on what is checked out."""
    for path, content in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(content)
    git(at, "add", "-A")
    git(at, "commit", "-q", "-m", words)


def laid_out(name: str, at: Path) -> None:
    """The frozen repository, every ref of it, with main checked out."""
    git(at.parent, "init", "-q", "-b", "main", str(at))
    for file in dict.fromkeys((NAMES[0], name) if name in NAMES else (name,)):  # a killed run's goes beyond the day's
        git(at, "fetch", "-q", "--update-head-ok", str(HERE / f"{file}.bundle"), "+refs/*:refs/*")
    git(at, "reset", "-q", "--hard", "main")


@contextmanager
def at_time(now: float) -> Iterator[None]:
    """The clock stands there, and what is drawn by lot is drawn in order."""
    numbers = itertools.count(int(now))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers) << 80))
        yield


def answer(at: Path, words: str, now: float = NOW) -> str:
    """The command's exit code and both its screens."""
    out, err = StringIO(), StringIO()
    with at_time(now), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main([*words.split(), "--repo", str(at)])
        except SystemExit as end:
            code = end.code
    said = PROGRESS.sub("", out.getvalue() + err.getvalue())
    return f"$ factory {words}\n[{code}]\n{said}"


def answers(name: str, at: Path) -> str:
    """All that is asked of a frozen repository, before and after what is open is worked off."""
    laid_out(name, at)
    known = _ids(at)
    said = [answer(at, words) for words in ASKED[name]]
    if name in NAMES:
        said += _worked_off(name, at, known)
    return OID.sub(lambda oid: oid[0] if oid[0] in known else "<new>", "\n".join(said).replace(str(at), "<repo>"))


def _worked_off(name: str, at: Path, known: set[str]) -> list[str]:
    commit(at, {"tools/worker.sh": MENDED}, "the worker is mended")
    said = [answer(at, words) for words in (*RELEASED.get(name, ()), "run")]
    events = (line for line in _new(at, "factory/ledger", known) if not line.startswith(ASIDE))
    said += [
        "main's new commits, sorted:",
        *sorted(_new(at, "main", known)),
        "the ledger's new events, sorted:",
        *sorted(events),
    ]
    return said + [answer(at, words) for words in AFTERWARDS]


def _ids(at: Path) -> set[str]:
    """Every object that is frozen, by its whole name and by the short one."""
    whole = {line[:40] for line in git(at, "rev-list", "--objects", "--all").splitlines()}
    return whole | {oid[:12] for oid in whole}


def _new(at: Path, ref: str, known: set[str]) -> list[str]:
    found = (line.split(" ", 1) for line in git(at, "log", "--first-parent", "--format=%H %s", ref).splitlines())
    return [words for oid, words in found if oid not in known]
