"""Judges of which the gate sees the exit code alone: unittest, node, go, make, a script.

One red test hides all that are green beside it. So what the run on main's product named as it failed (a line of a
judging file: each runner tells it) is asked by itself; only where it named nothing, one red of the file is enough.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import NamedTuple

from factory.gate.altered import MORE, Round, Site, data_rounds, expected, literal_rounds, rounds
from factory.gate.altered.dice import Dice
from factory.gate.altered.functions import around, failing, listed
from factory.gate.altered.languages import CALLS, SHELLS
from factory.gate.asked import TreeQuestion
from factory.gate.conditions import USUAL, Conditions
from factory.gate.criteria import Passes, light
from factory.gate.named import named
from factory.gate.sides import Sides
from factory.gate.trial import Ran, Trial
from factory.model import Light, Oid, PlanCriterion
from factory.tree import FILE, Entry

FILES = 8  # that are altered for one criterion, at most
ALONE = 4  # tests, or places, of a file that are asked by themselves, at most
CODE = {*CALLS, *SHELLS, ".py"}  # endings of what is no data
NOT_RUN = ""  # a test that fails would not make the check red either
LINE = re.compile(r"""(?P<path>[\w.@+/-]*\w)(?:['"]?, line |: line |[:(])(?P<line>\d+)""")
BLAMED = re.compile(r"^(?:FAIL|ERROR): (?P<test>\w+) \((?P<where>[\w.]+)", re.MULTILINE)  # as unittest says it

Said = list[tuple[Site, str]]


class Asking(NamedTuple):
    """One criterion, and what became of its check on main's product and on the tree."""

    asked: TreeQuestion
    criterion: PlanCriterion
    ran: Passes

    @property
    def check(self) -> Check:
        return Check(self.criterion.check, self.ran.under)


class Unseen:
    """Asks by exit code."""

    def __init__(self, laid: Laid) -> None:
        self._laid = laid

    def ask(self, of: Asking) -> Said:
        """Each site and what became of it. What may be no expectation at all counts only where nothing turned red."""
        sides = of.asked.sides
        paths = self._laid.paths(of.asked.tree)
        waited = places(of.ran.before.output, paths, sides)
        sure, guessed = list[tuple[Site, str]](), self._of_words(of)
        said = Dice(of.asked.digest, of.criterion.id).shuffled(named(of.criterion.check, paths, sides))
        said += [path for at in waited for path in named(self._laid.text(of.asked.tree, at), paths, sides)]
        for path in list(dict.fromkeys([*waited, *said]))[:FILES]:
            source = self._laid.file(of.asked.tree, path) or b""
            lines = waited.get(path, set())
            if path.endswith(".py") and listed(source):
                sure += self._of_functions(of, path, source, lines) + self._of_what_they_read(of, path, source, paths)
            elif at_lines := self._of_lines(of, path, source, lines):
                sure += at_lines
            else:
                guessed += self._of_file(of, path, source)
        every = [*sure, *guessed]
        if any(said not in (Light.GREEN, NOT_RUN) for _, said in every):
            return sure + [each for each in guessed if each[1] != Light.GREEN]
        return [(site, Light.GREEN.value) for site, _ in every[-1:]]

    def _of_words(self, of: Asking) -> Said:
        """The check's own words, where they say what is expected: `python -c "...; assert total([1]) == 1"`."""
        found = []
        for each in literal_rounds("check.sh", of.criterion.check.encode(), of.asked.digest):
            ran = self._laid.says(of.asked.tree, of.check._replace(command=next(iter(each.files.values())).decode()))
            found.append((_site(each)._replace(path=of.criterion.id), light(ran).value))
        return found

    def _of_lines(self, of: Asking, path: str, source: bytes, lines: Collection[int]) -> Said:
        """Literals by plain patterns are guesses at what a line means: two speak for a place, and one red is enough."""
        found: Said = []
        for line in sorted(lines)[:ALONE]:
            said = self._each(of, literal_rounds(path, source, of.asked.digest, near=line))
            found += [each for each in said if each[1] != Light.GREEN] or said[:1]
        return found

    def _of_file(self, of: Asking, path: str, source: bytes) -> Said:
        """A file that says nowhere what it expects is what something is compared with, or it has no voice to take."""
        said = self._each(of, literal_rounds(path, source, of.asked.digest))
        code = PurePosixPath(path).suffix in CODE
        return said or ([] if code else self._each(of, data_rounds({path: source}, of.asked.digest)))

    def _of_functions(self, of: Asking, path: str, source: bytes, lines: Collection[int]) -> Said:
        """The tests that waited, each by itself; where there are many, those that nothing blames."""
        waits = around(source, lines)
        names = waits or listed(source)
        found: Said = []
        if len(names) > ALONE:
            found = self._together(of, path, source, names)
            names = list(dict.fromkeys(site.function for site, said in found if said == NOT_RUN))
            found = [each for each in found if each[1] == Light.RED]
        some = Dice(of.asked.digest, path).shuffled(names)[:ALONE]
        with ThreadPoolExecutor(2) as pool:
            heard = pool.map(lambda name: self._alone(of, path, source, name, lines), some)
            for name, said in zip(some, heard, strict=True):
                # one that failed on main, and is not even run any more, was silenced as well
                green = Light.GREEN.value if name in waits else NOT_RUN
                found += [(site, green if what == NOT_RUN else what) for site, what in said]
        return found

    def _together(self, of: Asking, path: str, source: bytes, names: Collection[str]) -> Said:
        """All at once: the exit code speaks for the round, what the runner prints for each of them."""
        found: Said = []
        always = blamed(of.ran.after.output)
        for each in rounds({path: names}, {path: source}, of.asked.digest, most=2):
            ran = self._laid.run(of.asked.tree, each, of.check)
            red = blamed(ran.output) - always
            found += [(s, Light.RED.value if _is(s.function, red) else NOT_RUN) for s in each.sites.values()]
            found.append((Site(path, "", 1, f"{len(each.sites)} tests at a time"), light(ran).value))
        return found

    def _of_what_they_read(self, of: Asking, path: str, source: bytes, tree: Iterable[str]) -> Said:
        """The data of which a test file takes what it expects, by its name: one red is enough."""
        said, words = expected(path, source), source.decode("utf-8", "replace")
        if not (said.files or said.keys):
            return []
        judges = [at for at in tree if PurePosixPath(at).name in words and of.asked.sides.judges(at)]
        data = {at: self._laid.file(of.asked.tree, at) or b"" for at in judges if PurePosixPath(at).suffix not in CODE}
        found = self._each(of, data_rounds(data, of.asked.digest)) if 0 < len(data) <= FILES else []
        return [each for each in found if each[1] != Light.GREEN][:1] or found[-1:]

    def _alone(self, of: Asking, path: str, source: bytes, name: str, lines: Collection[int]) -> Said:
        asked = rounds({path: [name]}, {path: source}, of.asked.digest, 2, {path: lines}, unmet=MORE)
        said = self._each(of, asked)
        green = [each for each in said if each[1] == Light.GREEN]
        broken = failing(source, name) if green else None
        if broken is None:
            return said
        ran = self._laid.run(of.asked.tree, Round({path: broken}, {}), of.check)
        return [(green[0][0], NOT_RUN)] if light(ran) is Light.GREEN else green

    def _each(self, of: Asking, every: Iterable[Round]) -> Said:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda each: self._says(of, each), every))

    def _says(self, of: Asking, each: Round) -> tuple[Site, str]:
        return _site(each), light(self._laid.run(of.asked.tree, each, of.check)).value


def places(output: str, tree: Iterable[str], sides: Sides) -> dict[str, set[int]]:
    """The lines of judging files that a failing run named, by whatever runner: `x.py", line 9`, `x.test.js:8:3`."""
    matches = list(LINE.finditer(output))
    names = {match["path"].rpartition("/")[2] for match in matches}
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in tree if names else ():
        if (name := path[path.rfind("/") + 1 :]) in names:
            by_name[name].append(path)
    found: dict[str, set[int]] = defaultdict(set)
    for match in matches:
        said = match["path"]
        for path in by_name.get(said.rpartition("/")[2], ()):
            same = f"/{said}".endswith(f"/{path}") or f"/{path}".endswith(f"/{said.removeprefix('./')}")
            if same and sides.judges(path):
                found[path].add(int(match["line"]))
    return dict(found)


def blamed(output: str) -> set[tuple[str, str]]:
    """(class or module, test) of the tests that unittest says are red."""
    return {(match["where"], match["test"]) for match in BLAMED.finditer(output)}


def _is(function: str, red: Iterable[tuple[str, str]]) -> bool:
    owner, _, test = function.rpartition(".")
    parts = [(where.removesuffix(f".{name}"), name) for where, name in red]
    return any(name == test and f".{where}".endswith(f".{owner}") for where, name in parts)


def _site(each: Round) -> Site:
    return next(iter(each.sites.values()))


class Check(NamedTuple):
    """A command, and the conditions under which it was green."""

    command: str
    under: Conditions = USUAL


class Laid:
    """Reads the judges of a tree, and runs commands with some of them altered."""

    def __init__(self, trial: Trial) -> None:
        self._store, self._trial = trial.store, trial

    def run(self, tree: Oid, each: Round, check: Check) -> Ran:
        at = self._store.tree_of(tree)
        laid = {}
        for path, content in each.files.items():
            entry = self._store.entry(at, path)
            laid[path] = Entry(entry.mode if entry else FILE, self._store.write_blob(content))
        return self._trial.run(self._store.edit(at, laid), check.command, under=check.under)

    def says(self, tree: Oid, check: Check) -> Ran:
        """The check in other words, on the tree as it is."""
        return self._trial.run(tree, check.command, under=check.under)

    def file(self, tree: Oid, path: str) -> bytes | None:
        return self._store.file(self._store.tree_of(tree), path)

    def text(self, tree: Oid, path: str) -> str:
        return (self.file(tree, path) or b"").decode("utf-8", "replace")

    def paths(self, tree: Oid) -> list[str]:
        return list(self._store.flat(self._store.tree_of(tree)))
