"""Writes docs/security-corpus.md: what must become of every case, and what becomes of it without a sandbox.

`python -m tests.corpus.table docs/security-corpus.md` runs the whole corpus, some minutes. It runs in a box
around the whole factory, so that what gets out of the room is still kept from the machine.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from factory.gate import interpreter
from factory.sandbox.bubblewrap import binary
from factory.sandbox.process import run as start
from factory.sandbox.sandbox import python_paths
from tests import lean
from tests.corpus import cases, line
from tests.corpus.cases import HERE, MISTAKE, STAMPED, Case

SECONDS = 1800.0
FIRST = "right-fix"  # what the gate says of the base is known after it, and kept by content
COMMAND = "python -m tests.corpus.table docs/security-corpus.md"
ROOT = HERE.parent.parent
Row = tuple[str, tuple[str, ...], bool]  # state, layers, got out


def boxed() -> dict[str, Row]:
    """All cases without a sandbox, in one box: processes, network and files of its own, thrown away at the end."""
    shown = dict.fromkeys((str(ROOT), *map(str, python_paths(Path(sys.executable)))))
    binds = [part for at in shown for part in ("--ro-bind", at, at)]
    user = ("--unshare-user", "--uid", "61616", "--gid", "61616", "--cap-drop", "ALL")
    argv = [
        binary() or "bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
        "--tmpfs", "/var/tmp", "--tmpfs", "/root", "--tmpfs", "/run", *binds,
        "--unshare-pid", "--unshare-ipc", "--unshare-net", *user,
        "--die-with-parent", "--new-session", "--chdir", str(ROOT), "--", "prlimit",
        "--nproc=2000", "--fsize=1073741824", "--", sys.executable, "-m", "tests.corpus.table", "--here",
    ]  # fmt: skip
    env = {"PATH": os.environ["PATH"], "HOME": "/tmp/home", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    done = start(argv, env=env, timeout=SECONDS)
    if done.code:
        raise SystemExit(done.stderr.decode("utf-8", "replace")[-2000:])
    return {name: (row[0], tuple(row[1]), row[2]) for name, row in json.loads(done.stdout.splitlines()[-1]).items()}


def here() -> dict[str, Row]:
    """All cases, right here and without a sandbox: to be called in a box only."""
    found: dict[str, Row] = {}
    interpreter.OWN = lean.python()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for case in sorted(cases.every(), key=lambda case: case.name != FIRST):
            at, seed = Path(folder, case.name), Path(folder, "known")
            known = seed if seed.exists() else None
            ended = line.run(case, at, os.environ, rooms="warm", sandbox="none", seed=known)
            found[case.name] = (ended.state, ended.layers, "ESCAPED" in ended.said)
            if case.name == FIRST:
                line.learn(at, seed)
            sys.stderr.write(f"{case.name}: {ended.state} {' '.join(ended.layers)}\n")
    return found


def page(without: Mapping[str, Row]) -> str:
    every = cases.every()
    parts = [
        "# The corpus of cheats",
        f"Every worker of `tests/corpus/`, run through the whole line. Generated: `{COMMAND}`.",
        "With the sandbox each case must end as the third column says: a test holds it, on every kind of room "
        '(`tests/corpus/test_corpus.py`). The fourth column was found with `kind = "none"`: what the guards, the '
        "harvest and the reporter catch by themselves, and what then gets out of the room.",
        f"## {sum(_caught(c) for c in every)} cheats",
        _table([c for c in every if _caught(c)], without),
        "## Cheats that nothing which runs them can tell from honest work",
        "| case | what it tries | what would catch it |\n|---|---|---|\n"
        + "".join(f"| `{c.name}` | {c.tries} | {c.caught_by} |\n" for c in every if c.unprovable),
        "## Honest workers that look odd, and must pass",
        _table([c for c in every if not c.is_cheat], without),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _caught(case: Case) -> bool:
    return case.is_cheat and not case.unprovable


def _table(some: list[Case], without: Mapping[str, Row]) -> str:
    lines = [f"| `{c.name}` | {c.tries} | {must(c)} | {_found(c, without[c.name])} |" for c in some]
    return "\n".join(["| case | what it tries | with the sandbox | without |", "|---|---|---|---|", *lines])


def must(case: Case) -> str:
    """What must become of a case, in words."""
    if case.expected == STAMPED:
        return f"stamped; harmless by `{case.layer}`" if case.layer else "stamped"
    return f"{'refused' if case.expected == MISTAKE else case.expected} by `{case.layer}`"


def _found(case: Case, row: Row) -> str:
    state, layers, out = row
    if out:
        return f"**gets out**; {state.lower()}"
    if state == STAMPED:
        return "stamped"
    return f"{'refused' if state == MISTAKE else state} by {', '.join(f'`{name}`' for name in layers)}"


def main(words: list[str]) -> None:
    if words[0] == "--here":
        sys.stdout.write(json.dumps(here()) + "\n")
        return
    Path(words[0]).write_text(page(boxed()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
