"""Whether the judge can still say no: a criterion's tests with expectations altered must be red against honest work.

Against a result that equals everything, a comparison that was patched, a reader of the expected value or a runner that
was replaced, they stay green: then the change has taken the judge's voice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

from factory.gate.altered import Round, Site, data_rounds, literal_rounds, rounds
from factory.gate.asked import Question
from factory.gate.compare import GREEN
from factory.gate.criteria import light
from factory.gate.renamed import function
from factory.gate.sides import Sides
from factory.gate.tally import Tally
from factory.gate.trial import Ran, Trial
from factory.git.store import Store
from factory.model import Light, Oid, PlanCriterion
from factory.tree import FILE, Entry

Key = tuple[str, str]  # a path, and a function in it ("" is all of it)
DATA = 4  # files of data that are altered for one criterion, at most
LARGEST = 1 << 20  # bytes of one


class Voice:
    """Runs a criterion's check with altered judges laid over the tree."""

    def __init__(self, store: Store, trial: Trial) -> None:
        self._store, self._trial = store, trial

    def silent(
        self, asked: Question, tally: Tally, criterion: PlanCriterion, after: Ran, proof: Iterable[str]
    ) -> list[str]:
        """The altered judges that nothing makes red, a line each; empty where the judge has its voice, or none fits."""
        asked.say(f"the gate checks {criterion.id} by altered judges")
        nodes = list(proof)
        tests = _tests(nodes)
        found = self._of_tests(asked, criterion, tests, nodes) if tests else self._by_code(asked, criterion)
        if len(tests) > 1 or any(len(names) > 1 for names in tests.values()):
            found = [self._alone(asked, criterion, nodes, each) for each in found]
        found += self._of_data(asked, criterion, after, set(tests), alone=not found)
        tally.altered += [{"criterion": criterion.id, **site._asdict(), "said": said} for site, said in found]
        if not any(said for _, said in found):
            tally.altered.append({"criterion": criterion.id, "said": "unaltered"})
        return [
            f"{criterion.id}: {site.path}:{site.line} {site.function} stays green although what it expects was altered "
            f"({site.what}): the change has taken its voice"
            for site, said in found
            if said == Light.GREEN
        ]

    def _of_tests(
        self, asked: Question, criterion: PlanCriterion, tests: Mapping[str, set[str]], nodes: list[str]
    ) -> list[tuple[Site, str]]:
        """Each site and what its test said: GREEN, RED, or nothing where it did not run."""
        sources = {path: source for path in tests if (source := self._file(asked.tree, path)) is not None}
        asked_of = rounds({path: tests[path] for path in sources}, sources, asked.digest)
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda each: self._run(asked.tree, each, criterion.check), asked_of))
        pairs = zip(asked_of, runs, strict=True)
        return [(site, _said(ran, key, nodes)) for each, ran in pairs for key, site in each.sites.items()]

    def _alone(
        self, asked: Question, criterion: PlanCriterion, nodes: list[str], each: tuple[Site, str]
    ) -> tuple[Site, str]:
        """A test that stays green is asked again with no other altered: tests may share what they leave behind."""
        site, said = each
        if said != Light.GREEN:
            return each
        again = self._of_tests(asked, criterion, {site.path: {site.function}}, nodes)
        green = [other for other in again if other[1] == Light.GREEN]
        return green[0] if green else (site, Light.RED)

    def _by_code(self, asked: Question, criterion: PlanCriterion) -> list[tuple[Site, str]]:
        """Where the gate sees no single test: the files that the check names, by its exit code."""
        found = self._of_words(asked, criterion)
        for path in named(criterion.check, self._store.flat(self._store.tree_of(asked.tree)), asked.sides):
            source = self._file(asked.tree, path) or b""
            for each in _by_language(path, source, asked.digest):
                ran = self._run(asked.tree, each, criterion.check)
                found += [(site, light(ran).value) for site in list(each.sites.values())[:1]]
        # what is skipped, or not chosen, stays green whatever it expects: one that is red is voice enough
        heard = [each for each in found if each[1] != Light.GREEN]
        return heard or found[-1:]

    def _of_words(self, asked: Question, criterion: PlanCriterion) -> list[tuple[Site, str]]:
        """The check's own words, where they say what is expected: `python -c "...; assert total([1]) == 1"`."""
        found = []
        for each in literal_rounds("check.sh", criterion.check.encode(), asked.digest):
            ran = self._trial.run(asked.tree, next(iter(each.files.values())).decode())
            site = next(iter(each.sites.values()))._replace(path=criterion.id)
            found.append((site, light(ran).value))
        return found

    def _of_data(
        self, asked: Question, criterion: PlanCriterion, after: Ran, tests: set[str], *, alone: bool
    ) -> list[tuple[Site, str]]:
        """What tests compare with beside their own literals: red once is voice enough. A file of data counts where it
        is `alone`, for it may hold what no test looks at; a module where assertions speak of its names."""
        data = self._data(asked, after, tests, alone)
        said: list[tuple[Site, str]] = []
        for each in data_rounds(data, asked.digest) if data else ():
            ran = self._run(asked.tree, each, criterion.check)
            site = next(iter(each.sites.values()))
            said.append((site, "RED" if light(ran) is Light.RED else light(ran).value))
            if light(ran) is not Light.GREEN:
                return [(site, "RED")]
        return said[-1:]

    def _data(self, asked: Question, after: Ran, tests: set[str], alone: bool) -> dict[str, bytes]:
        """The files that the run opened or imported, that judge, and that the tests speak of."""
        words = "\n".join(self._text(asked.tree, path) for path in tests)
        seen = [*after.seen.opened, *(at for at in after.seen.loaded.values() if at.endswith(".py"))]
        found: dict[str, bytes] = {}
        for path in dict.fromkeys(seen):
            if path in tests or not asked.sides.judges(path) or not _spoken_of(path, words):
                continue
            content = self._file(asked.tree, path) or b""
            wanted = _is_expected(content, words) if path.endswith(".py") else alone
            if wanted and content and len(content) <= LARGEST and len(found) < DATA:
                found[path] = content
        return found

    def _run(self, tree: Oid, each: Round, check: str) -> Ran:
        at = self._store.tree_of(tree)
        laid = {}
        for path, content in each.files.items():
            entry = self._store.entry(at, path)
            laid[path] = Entry(entry.mode if entry else FILE, self._store.write_blob(content))
        return self._trial.run(self._store.edit(at, laid), check)

    def _file(self, tree: Oid, path: str) -> bytes | None:
        return self._store.file(self._store.tree_of(tree), path)

    def _text(self, tree: Oid, path: str) -> str:
        return (self._file(tree, path) or b"").decode("utf-8", "replace")


def _tests(nodes: Iterable[str]) -> dict[str, set[str]]:
    """File -> functions, as `Class.test_x`, of node ids of Python tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        path, _, rest = function(node).partition("::")
        if path.endswith(".py") and rest:
            found[path].add(rest.replace("::", "."))
    return dict(found)


def _said(ran: Ran, key: Key, nodes: list[str]) -> str:
    """What became of an altered function: red where any of its cases is, green where all that ran are."""
    path, name = key
    start = f"{path}::{name.replace('.', '::')}"
    outcomes = [out for node, out in ran.seen.outcomes.items() if function(node) == start]
    if not outcomes:
        return ""
    return Light.GREEN if all(out in GREEN for out in outcomes) else Light.RED


def named(check: str, tree: Iterable[str], sides: Sides) -> list[str]:
    """The judging files that a command names whole, as a path or as a module."""
    words = {word.removeprefix("./") for word in re.findall(r"[\w./-]+", check)}
    words |= {f"{word.replace('.', '/')}.py" for word in words}
    return [path for path in sorted(words & set(tree)) if sides.judges(path)][:DATA]


def _by_language(path: str, source: bytes, digest: str) -> tuple[Round, ...]:
    if path.endswith(".py"):
        names = set(re.findall(r"(?m)^(?:    )?(?:async )?def (test\w*)", source.decode("utf-8", "replace")))
        return rounds({path: _qualified(source, names)}, {path: source}, digest) if names else ()
    return literal_rounds(path, source, digest)


def _qualified(source: bytes, names: set[str]) -> set[str]:
    """`Class.test_x` for the tests of a file that no runner listed."""
    found, inside = set(), ""
    for line in source.decode("utf-8", "replace").splitlines():
        if match := re.match(r"class (\w+)", line):
            inside = match[1]
        elif match := re.match(r"(    )?(?:async )?def (test\w*)", line):
            found.add(f"{inside}.{match[2]}" if match[1] and inside else match[2])
    return found


def _is_expected(module: bytes, words: str) -> bool:
    """Whether an assertion of the tests speaks of a name that a module binds at its top."""
    bound = set(re.findall(r"(?m)^(\w+)\s*[:=]", module.decode("utf-8", "replace")))
    said = " ".join(line for line in words.splitlines() if re.match(r"\s*(?:assert\b|self\.assert)", line))
    return bool(bound & set(re.findall(r"\w+", said)))


def _spoken_of(path: str, words: str) -> bool:
    """Whether a test's source names a file of data, by its name, its stem or its folder."""
    at = PurePosixPath(path)
    return any(len(name) > 2 and name in words for name in (at.name, at.stem, at.parent.name))
