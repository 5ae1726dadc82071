"""Copies of code, also with other names and numbers in them, as jscpd finds them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from factory.errors import CouldNotRun
from factory.tree import Tree
from guards.case import content

SECONDS = 120.0


class Clone(NamedTuple):
    """Two places with the same code: path, first line, last line of each."""

    first: tuple[str, int, int]
    second: tuple[str, int, int]


def find_clones(tree: Tree, paths: Iterable[str], *, min_tokens: int, min_lines: int, similarity: float) -> list[Clone]:
    """The clones among some files of a tree. `similarity` 0 leaves near copies out.

    Raises CouldNotRun where jscpd is missing or fails."""
    with tempfile.TemporaryDirectory(prefix="factory-clones-") as folder:
        source, report = Path(folder, "source"), Path(folder, "report")
        written = dict(_written(tree, paths, source))
        if not written:
            return []
        options = [f"--min-tokens={min_tokens}", f"--min-lines={min_lines}"]
        options += [f"--similarity={similarity}"] if similarity else []
        _start([*options, f"--output={report}", str(source)], Path(folder))
        found = json.loads((report / "jscpd-report.json").read_text())["duplicates"]
        clones = [Clone(_place(one["firstFile"], written), _place(one["secondFile"], written)) for one in found]
        return sorted(clone for clone in clones if not _is_row_of_rows(clone))


def _start(options: list[str], folder: Path) -> None:
    from factory.sandbox import process

    fixed = ["--ignore-identifiers", "--ignore-literals", "--ignore-annotations", "--no-gitignore", "--no-tips"]
    argv = [program(), *fixed, "--include-tests", "--workers=1", "--absolute", "--reporters=json", *options]
    environment = {"HOME": str(folder), "PATH": os.defpath}
    done = process.run(argv, cwd=folder, env=environment, timeout=SECONDS)
    if done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CouldNotRun(f"jscpd ended with {done.code}: {said[-1] if said else 'no reason given'}")


def program() -> str:
    """jscpd's path: beside this interpreter, else on the PATH. Raises CouldNotRun where there is none."""
    beside = Path(sys.executable).parent
    found = shutil.which("jscpd", path=str(beside)) or shutil.which("jscpd")
    if found is None:
        raise CouldNotRun("jscpd is not installed; install stampmill with its dependencies again")
    return found


def _written(tree: Tree, paths: Iterable[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Puts the files into a folder under names of our own: a path of the tree may be anything."""
    folder.mkdir()
    for number, path in enumerate(paths):
        data = content(tree, path)
        if data is not None:
            name = f"{number}.py"
            (folder / name).write_bytes(data)
            yield name, path


def _is_row_of_rows(clone: Clone) -> bool:
    """A table whose rows look alike is found as a copy of itself, some rows further on."""
    (path, start, end), (other, from_, to) = clone
    return path == other and start <= to and from_ <= end


def _place(end: dict[str, Any], written: dict[str, str]) -> tuple[str, int, int]:
    return written[Path(end["name"]).name], int(end["start"]), int(end["end"])
