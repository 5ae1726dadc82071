"""Altered judges of data: what tests compare with, wherever it lies.

Round 1 alters one scalar, the last or what is named as an expectation; round 2 every one. Either may be asked alone:
where the data holds inputs as well, only a run in which both stay green has lost its voice.
"""

from __future__ import annotations

import ast
import csv
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

import yaml

from factory.gate.altered import scalars, sqlite
from factory.gate.altered.dice import Dice
from factory.gate.altered.nouns import How, Round, Site, Swap, told
from factory.gate.altered.scalars import Scalar
from factory.gate.altered.sides import ExpectedSides, Origins
from factory.gate.altered.source import Free, SourceText, replaced
from factory.gate.altered.values import Taken, another, plain

Holds = Callable[[str], object]  # raises where a text is not of its format
LARGE = 1_000_000  # bytes: beyond them a file is no expectation that somebody wrote


def _lines_of_json(text: str) -> None:
    for line in filter(str.strip, text.splitlines()):
        json.loads(line)


def _any(text: str) -> None:
    return None


FORMATS: dict[str, tuple[Callable[[str], list[Scalar]], Holds]] = {
    ".json": (scalars.of_json, json.loads),
    ".ipynb": (scalars.of_json, json.loads),
    ".jsonl": (scalars.of_json, _lines_of_json),
    ".ndjson": (scalars.of_json, _lines_of_json),
    ".toml": (scalars.of_pairs, tomllib.loads),
    ".yaml": (scalars.of_pairs, yaml.safe_load),
    ".yml": (scalars.of_pairs, yaml.safe_load),
    ".csv": (scalars.of_lines, lambda text: list(csv.reader(text.splitlines()))),
}
FAULTS = (ValueError, RecursionError, MemoryError, yaml.YAMLError, csv.Error)


def data_rounds(data: Mapping[str, bytes], digest: str) -> tuple[Round, ...]:
    """The two altered versions of files that tests compare with; none of a binary file of unknown format."""
    found = []
    for all_of_them in (False, True):
        files, sites = {}, {}
        for path in sorted(data):
            changed = _changed(path, data[path], Dice(digest, path, all_of_them), all_of_them)
            if changed:
                files[path], sites[path, ""] = changed
        if files:
            found.append(Round(files, sites))
    return tuple(found)


def _changed(path: str, data: bytes, dice: Dice, all_of_them: bool) -> tuple[bytes, Site] | None:
    if len(data) > LARGE:
        return None
    if data.startswith(sqlite.MAGIC):
        found = sqlite.changed(data, dice, all_of_them)
        return (found[0], Site(path, "", 1, found[1])) if found else None
    try:
        return _python(path, data, dice, all_of_them) if path.endswith(".py") else _text(path, data, dice, all_of_them)
    except FAULTS:
        return None


def _text(path: str, data: bytes, dice: Dice, all_of_them: bool) -> tuple[bytes, Site] | None:
    text = data.decode()
    if "\0" in text:
        return None
    suffix = PurePosixPath(path).suffix.lower()
    read, holds = FORMATS.get(suffix, (scalars.of_lines, _any))
    holds(text)
    found = read(text)
    if suffix == ".csv" and "\n" in text.strip():
        found = found[1:]  # the names of the columns
    if not found:
        return None
    chosen = found if all_of_them else [scalars.telling(found, dice)]
    edits = [Swap(s.start, s.end, scalars.new(s, dice)) for s in chosen]
    new = replaced(text, edits)
    holds(new)
    first = chosen[0]
    what = told(first.text, edits[0].text, len(edits) - 1)
    return (new.encode(), Site(path, "", text.count("\n", 0, first.start) + 1, what)) if new != text else None


def _python(path: str, data: bytes, dice: Dice, all_of_them: bool) -> tuple[bytes, Site] | None:
    """A module of expected values: the literals that its top binds to names."""
    source = SourceText(data)
    sides = ExpectedSides(Origins(source.tree))
    cells = []
    for value in _values(source.tree.body):
        leaves = [leaf for leaf in sides.leaves(value, How.SAME) if leaf.node and not leaf.is_name and not leaf.key]
        cells += [leaf for leaf in leaves if not isinstance(leaf.node, ast.JoinedStr)]
    taken: Taken = {plain(leaf.value) for leaf in cells if not isinstance(leaf.value, bool)}
    chosen = cells if all_of_them else cells[-1:]
    edits = []
    for leaf in chosen:
        new = another(leaf.value, source.segment(leaf.node), leaf.how, dice, taken)
        edits += [source.swap(leaf.node, new)] if new is not None else []
    if not edits or not Free().take(edits):
        return None
    changed = source.edited(edits)
    SourceText(changed)
    what = told(source.text[edits[0].start : edits[0].end], edits[0].text, len(edits) - 1)
    return changed, Site(path, "", chosen[0].node.lineno, what)


def _values(body: Iterable[ast.stmt]) -> list[ast.expr]:
    found = []
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        named = isinstance(target, ast.Name) and not target.id.startswith("__")
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and named and value is not None:
            found.append(value)
    return found
