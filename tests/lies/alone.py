"""Writes docs/security-mechanism.md: what the mechanism refuses by itself, with every list of known tricks off.

`python -m tests.lies.alone docs/security-mechanism.md` runs the cheats of the corpus and the lies once, some fifteen
minutes. Off are the guards that know tricks by name: `tests_kept`, `reach`, and of `protected` all but its globs. What
stays on is what no list is needed for: the harvest, the scope, the tables, sizes, keys, and the gate itself.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import guards
from factory.gate import interpreter
from factory.rooms.removal import remove
from guards import protected
from tests import lean
from tests.corpus import cases, line
from tests.corpus.cases import STAMPED
from tests.lies import line as lies

COMMAND = "python -m tests.lies.alone docs/security-mechanism.md"
LISTS = ("tests_kept", "reach")
KEPT = Path(tempfile.gettempdir()) / "stampmill-alone.json"  # broken off, it goes on where it was


class Row(NamedTuple):
    """How a cheat ended with the lists off."""

    name: str
    tries: str
    refused: bool
    by: str


@contextmanager
def lists_off() -> Iterator[None]:
    """The gate without its lists of known tricks: of `protected`, its globs alone stay."""
    left = tuple(guard for guard in guards.GUARDS if guard.NAME not in LISTS)
    with (
        mock.patch.object(guards, "GUARDS", left), mock.patch.object(protected, "ROWS", {"path": protected.ROWS["path"]}),
        mock.patch.object(interpreter, "OWN", lean.python()),
    ):  # fmt: skip
        yield
    lean.remove()


def rows(known: dict[str, Row]) -> dict[str, Row]:
    """Every cheat, run once, two at a time; `known` are left as they are."""
    with lists_off(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = folder
        todo = [each for each in _todo() if each.name not in known]
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:  # without the lists, too
            for row in pool.map(_row, todo, [Path(folder)] * len(todo)):
                known[row.name] = row
                KEPT.write_text(json.dumps(known))
                sys.stderr.write(f"{row.name}: {'refused' if row.refused else 'STAMPED'} {row.by}\n")
    return known


def _todo() -> Iterator[cases.Case | lies.Lie]:
    for case in cases.every():
        if case.is_cheat and not case.unprovable and case.expected != STAMPED:
            yield case
    for lie in lies.strangers():
        if not lie.honest and lie.kind not in ("control", "K-night"):
            yield lie


def _row(cheat: cases.Case | lies.Lie, folder: Path) -> Row:
    at = folder / cheat.name
    refused, by = _of_case(cheat, at) if isinstance(cheat, cases.Case) else _of_lie(cheat, at)
    remove(at)
    return Row(cheat.name, cheat.tries, refused, by)


def _of_case(case: cases.Case, at: Path) -> tuple[bool, str]:
    ended = line.run(case, at, os.environ)
    return ended.state != STAMPED, "" if ended.state == STAMPED else f"{ended.state} by {', '.join(ended.layers)}"


def _of_lie(lie: lies.Lie, at: Path) -> tuple[bool, str]:
    ended = lies.run(lie, at)
    said = next((text for text in ended.said.splitlines() if "failed: " in text), "")
    return not lies.wrong(lie, ended), said.partition("failed: ")[2].split(":")[0]


def page(found: dict[str, Row]) -> str:
    refused = sum(row.refused for row in found.values())
    missed = [row for row in found.values() if not row.refused]
    parts = [
        "# The mechanism alone",
        f"The cheats of `tests/corpus/` and the lies of `tests/lies/`, run with every list of known tricks off (the guards "
        f"`tests_kept` and `reach`, and of `protected` all but its globs). Generated: `{COMMAND}`.",
        f"**{refused} of {len(found)} are refused** ({100 * refused // len(found)} of 100).",
        "## What it does not refuse by itself",
        "Each is refused with the guards on.",
        "| case | what it tries |\n|---|---|\n" + "".join(f"| `{row.name}` | {row.tries} |\n" for row in missed),
        "## What it refuses",
        "| case | what it tries | ends |\n|---|---|---|\n"
        + "".join(f"| `{row.name}` | {row.tries} | {row.by} |\n" for row in found.values() if row.refused),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def main(words: list[str]) -> None:
    known = {name: Row(*row) for name, row in json.loads(KEPT.read_text()).items()} if KEPT.exists() else {}
    text = page(rows(known))
    Path(words[0]).write_text(text, encoding="utf-8")
    KEPT.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
