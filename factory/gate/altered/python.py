"""Altered judges of Python tests: in place, under the same name, at the same line."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from factory.gate.altered.file import UNFIT, File
from factory.gate.altered.functions import defined
from factory.gate.altered.nouns import Group, Round, Site
from factory.gate.altered.owners import Owners, Place
from factory.gate.altered.source import Free, SourceText

MORE = 16  # rounds at most, where a test expects much that main's product did not come to


def rounds(
    tests: Mapping[str, Collection[str]],
    sources: Mapping[str, bytes],
    digest: str,
    most: int = 4,
    waiting: Mapping[str, Collection[int]] = MappingProxyType({}),
    unmet: int = 0,
) -> tuple[Round, ...]:
    """Altered judges of tests (path -> qualified names): in a round each function with a group left is altered once.

    `sources` may hold more files: a test that a class inherits is altered where it is written. `waiting`: the lines at
    which main's product failed; they are asked first. `unmet`: after `most` rounds those functions alone go on, up to
    so many rounds, that expect something else yet which main's product did not come to.
    """
    owners = Owners(sources)
    wanted: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for path, name in sorted({(path, name) for path, names in tests.items() for name in names}):
        if owner := owners.owner(path, name):
            wanted[owner[0]][owner[1]].append((path, name))
    files = [
        (*read, names)
        for path, names in wanted.items()
        if (read := _read(path, names, owners, digest, waiting.get(path, ())))
    ]
    found = []
    for turn in range(max(most, unmet)):
        changed: dict[str, bytes] = {}
        sites: dict[Place, Site] = {}
        for file, left, names in files:
            if turn == most:
                left.update((name, [group for group in groups if group.unmet]) for name, groups in left.items())
            chosen = _chosen(file, left)
            if chosen and (data := _written(file, chosen)):
                changed[file.path] = data
                told_at = ((place, g) for name, g in chosen.items() for place in names[name])
                sites |= {place: Site(*place, g.line, g.what, g.literal, g.sure) for place, g in told_at}
        if sites:
            found.append(Round(changed, sites))
    return tuple(found)


def _read(
    path: str, names: Iterable[str], owners: Owners, digest: str, waiting: Collection[int]
) -> tuple[File, dict[str, list[Group]]] | None:
    source = owners.source(path)
    try:
        file = File(path, source, digest, waiting) if source else None
        return (file, {name: file.groups(name) for name in names}) if file else None
    except UNFIT:
        return None


def _chosen(file: File, left: dict[str, list[Group]]) -> dict[str, Group]:
    """One group a function, taken from `left`. A function that reads a name which is altered is asked by it, or not."""
    chosen: dict[str, Group] = {}
    free = Free()
    for name, groups in left.items():
        if groups and free.take(groups[0].edits):
            chosen[name] = groups[0]
    names = frozenset[str]().union(*(g.names for g in chosen.values()))
    for name, group in list(chosen.items()):
        if names & file.uses(name) and not names & group.names:
            fits = [g for g in left[name] if g.names and g.names <= names and free.take(g.edits)]
            del chosen[name]
            chosen |= {name: fits[0]} if fits else {}
    for name, group in chosen.items():
        left[name].remove(group)
    return chosen


def _written(file: File, chosen: Mapping[str, Group]) -> bytes | None:
    """The altered file; None where it would not be the same functions at the same lines."""
    try:
        data = file.source.edited(e for g in chosen.values() for e in g.edits)
        new = SourceText(data)
    except UNFIT:
        return None
    same = data != file.source.text.encode(file.source.encoding) and _shape(new) == _shape(file.source)
    return data if same else None


def _shape(source: SourceText) -> list[tuple[str, int]]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [(n.name, n.lineno) for n in ast.walk(source.tree) if isinstance(n, kinds)]


# --- before anybody works: the tests that a check names, and that no altered judge will fit

SAYS_LITTLE = "expects nothing that could be altered, so green proves little: let it compare with a value"
NAMED = re.compile(r"[\w./-]+\.py(?:::[\w:]+)?")


def mute(check: str, source: Callable[[str], bytes | None]) -> list[str]:
    """`path` or `path::test`, as the check names them: there are tests, and none expects anything that can be altered.

    `source` gives a file of main. What turns such tests green says less than it seems: nothing asks it twice.
    """
    found = []
    for word in NAMED.findall(check):
        path, _, name = word.removeprefix("./").partition("::")
        content = source(path)
        names = _tests(content, name.replace("::", ".")) if content else []
        if content and names and not rounds({path: names}, {path: content}, word, most=1):
            found.append(word)
    return found


def _tests(content: bytes, named: str) -> list[str]:
    try:
        names = list(defined(SourceText(content).tree).functions)
    except UNFIT:
        return []
    tests = [name for name in names if name.rpartition(".")[2].startswith("test")]
    return [name for name in tests if not named or f"{name}.".startswith(f"{named}.")]
