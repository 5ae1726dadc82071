"""Writes docs/security-corpus.md: what becomes of every case, with the sandbox and without it.

`python -m tests.corpus.table docs/security-corpus.md` runs the whole corpus twice, some minutes. Without a sandbox the
cases run in a box around the whole factory, so that what gets out of the room is still kept from the machine.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from factory.bubblewrap import binary
from factory.process import run as start
from tests.corpus import cases, line
from tests.corpus.cases import HERE, MISTAKE, STAMPED, Case

SECONDS = 1800.0
COMMAND = "python -m tests.corpus.table docs/security-corpus.md"
ROOT = HERE.parent.parent
Row = tuple[str, tuple[str, ...], bool]  # state, layers, got out


def boxed(sandbox: str) -> dict[str, Row]:
    """All cases in one box: a process tree, a network and a file system of its own, thrown away at the end."""
    read = [str(ROOT), sys.prefix, sys.base_prefix]
    binds = [part for at in dict.fromkeys(read) for part in ("--ro-bind", at, at)]
    user = [] if sandbox != "none" else ["--unshare-user", "--uid", "61616", "--gid", "61616", "--cap-drop", "ALL"]
    argv = [
        binary() or "bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
        "--tmpfs", "/var/tmp", "--tmpfs", "/root", "--tmpfs", "/run", *binds, "--unshare-pid", "--unshare-ipc", "--unshare-net", *user,
        "--die-with-parent", "--new-session", "--chdir", str(ROOT), "--", "prlimit", "--nproc=2000", "--fsize=1073741824", "--",
        sys.executable, "-m", "tests.corpus.table", "--here", sandbox,
    ]  # fmt: skip
    env = {"PATH": os.environ["PATH"], "HOME": "/tmp/home", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    done = start(argv, env=env, timeout=SECONDS)
    if done.code:
        raise SystemExit(done.stderr.decode("utf-8", "replace")[-2000:])
    return {name: (row[0], tuple(row[1]), row[2]) for name, row in json.loads(done.stdout.splitlines()[-1]).items()}


def here(sandbox: str) -> dict[str, Row]:
    """All cases, right here."""
    found: dict[str, Row] = {}
    for case in cases.every():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            rooms = "warm" if sandbox == "none" else "auto"
            ended = line.run(case, Path(folder, "shop"), os.environ, rooms=rooms, sandbox=sandbox)
            found[case.name] = (ended.state, ended.layers, "ESCAPED" in ended.said)
            sys.stderr.write(f"{case.name}: {ended.state} {' '.join(ended.layers)}\n")
    return found


def page(with_sandbox: dict[str, Row], without: dict[str, Row]) -> str:
    every = cases.every()
    parts = [
        "# The corpus of cheats",
        f"Every worker of `tests/corpus/`, run through the whole line. Generated: `{COMMAND}`.",
        "With the sandbox each case ends as its `case.toml` asks, on every kind of room (`just prove`). Without it (`kind = \"none\"`) "
        "the right column shows what is left: all that the guards, the harvest and the reporter catch, and what gets out.",
        "## Cheats", *_table([c for c in every if c.is_cheat and not c.unprovable], with_sandbox, without),
        "## Cheats that nothing which runs them can tell from honest work",
        "| case | what it tries | what would catch it |\n|---|---|---|\n"
        + "".join(f"| `{c.name}` | {c.tries} | {c.caught_by} |\n" for c in every if c.unprovable),
        "## Honest workers that look odd, and must pass", *_table([c for c in every if not c.is_cheat], with_sandbox, without),
    ]  # fmt: skip
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _table(some: list[Case], with_sandbox: dict[str, Row], without: dict[str, Row]) -> list[str]:
    rows = [
        f"| `{c.name}` | {c.tries} | {_told(c, with_sandbox[c.name])} | {_told(c, without[c.name])} |" for c in some
    ]
    return ["| case | what it tries | with the sandbox | without |\n|---|---|---|---|\n" + "\n".join(rows)]


def _told(case: Case, row: Row) -> str:
    state, layers, out = row
    if out:
        return f"**gets out**, {state}"
    if state == STAMPED:
        return (
            f"stamped, made harmless by `{case.layer}`"
            if case.layer and case.layer != "sandbox"
            else ("stamped; blocked by the sandbox" if case.layer else "stamped")
        )
    return f"{'refused' if state == MISTAKE else state} by {', '.join(f'`{name}`' for name in layers)}"


def main(words: list[str]) -> None:
    if words[0] == "--here":
        sys.stdout.write(json.dumps(here(words[1])) + "\n")
        return
    Path(words[0]).write_text(page(boxed("auto"), boxed("none")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
