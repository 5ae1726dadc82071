"""Whether the judge can still say no: a criterion's tests with expectations altered must be red against honest work.

Against a result that equals everything, a comparison that was patched, a reader of the expected value or a runner that
was replaced, they stay green: then the change has taken the judge's voice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from factory.gate.altered import MORE, Round, Site, data_rounds, expected, rounds
from factory.gate.altered.dice import Dice
from factory.gate.altered.functions import failing_at
from factory.gate.asked import TreeQuestion
from factory.gate.compare import GREEN
from factory.gate.criteria import Passes, light
from factory.gate.named import spoken_of
from factory.gate.renamed import function
from factory.gate.tally import Tally
from factory.gate.trial import Ran, Trial
from factory.gate.unseen import Asking, Check, Laid, Unseen, places
from factory.model import Criterion, Light, PlanCriterion

Key = tuple[str, str]  # a path, and a function in it ("" is all of it)
Heard = tuple[Site, str]  # an altered judge, and what it said: GREEN, RED, or nothing where it did not run
Tests = Mapping[str, set[str]]  # path -> functions
Waiting = Mapping[str, set[int]]  # path -> the lines at which main's product failed
ROUNDS = 4  # of altered judges for one criterion; each runs its check once more
FEW = 8  # tests of a check; one that runs more is asked in half as many rounds, and of what is DONE so many alone
MANY = 60  # tests of a check that takes its time: more rounds of it would cost more than they tell
DATA = 4  # files of data that are altered for one criterion, at most
LARGEST = 1 << 20  # bytes of one


class Most(NamedTuple):
    """Rounds of altered judges; `unmet`: at most, where something is left that main's product did not come to."""

    rounds: int
    unmet: int = 0


class Voice:
    """Runs a criterion's check with altered judges laid over the tree."""

    def __init__(self, trial: Trial) -> None:
        self._laid = Laid(trial)
        self._unseen = Unseen(self._laid)

    def silent(
        self, asked: TreeQuestion, tally: Tally, criterion: PlanCriterion, ran: Passes, proof: Iterable[str]
    ) -> list[str]:
        """The altered judges that nothing makes red, a line each; empty where the judge has its voice, or none fits."""
        asked.say(f"the gate checks {criterion.id} by altered judges")
        tests = _tests(proof)
        if tests:
            count = len(ran.after.seen.outcomes)
            most = Most(ROUNDS if count <= FEW else ROUNDS // 2, MORE if count <= MANY else ROUNDS)
            found = self._of_all(asked, Check(criterion.check, ran.under), tests, self._waiting(asked, ran), most)
        else:
            found = self._unseen.ask(Asking(asked, criterion, ran))
        found += self._of_data(asked, criterion, ran, set(tests), alone=not any(site.literal for site, _ in found))
        if not any(said for _, said in found):
            tally.altered.append({"criterion": criterion.id, "said": "unaltered"})
        return booked(tally, criterion.id, found)

    def of_done(self, asked: TreeQuestion, criterion: Criterion, proof: Iterable[str]) -> list[Heard]:
        """Of a criterion that is DONE: what one altered judge of a few of its tests says."""
        asked.say(f"the gate checks {criterion.id}, which is DONE, by an altered judge")
        each = [(path, name) for path, names in sorted(_tests(proof).items()) for name in sorted(names)]
        tests = defaultdict[str, set[str]](set)
        for path, name in Dice(asked.digest, criterion.id).shuffled(each)[:FEW]:
            tests[path].add(name)
        return self._of_all(asked, Check(criterion.check), tests, {}, Most(1))

    def _of_all(self, asked: TreeQuestion, check: Check, tests: Tests, waiting: Waiting, most: Most) -> list[Heard]:
        """Each site and what was said, after those that stay green were asked once more."""
        found = self._of_tests(asked, check, tests, waiting, most)
        if len(tests) > 1 or any(len(names) > 1 for names in tests.values()):
            found = [self._alone(asked, check, each, waiting, most) for each in found]
        return [self._runs(asked, check, each) for each in found]

    def _of_tests(self, asked: TreeQuestion, check: Check, tests: Tests, waiting: Waiting, most: Most) -> list[Heard]:
        """Each site and what its test said: GREEN, RED, or nothing where it did not run."""
        sources = {path: source for path in tests if (source := self._laid.file(asked.tree, path)) is not None}
        asked_of = rounds(
            {path: tests[path] for path in sources}, sources, asked.digest, most.rounds, waiting, most.unmet
        )
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda each: self._laid.run(asked.tree, each, check), asked_of))
        pairs = zip(asked_of, runs, strict=True)
        return [(site, _said(ran, key)) for each, ran in pairs for key, site in each.sites.items()]

    def _waiting(self, asked: TreeQuestion, ran: Passes) -> dict[str, set[int]]:
        """The lines at which the tests failed on main's product: what they ask there is what the criterion is about."""
        said = "\n".join((*ran.before.seen.failures.values(), ran.before.output))
        return places(said, self._laid.paths(asked.tree), asked.sides)

    def _alone(self, asked: TreeQuestion, check: Check, each: Heard, waiting: Waiting, most: Most) -> Heard:
        """A test that stays green is asked again with no other altered: tests may share what they leave behind."""
        site, said = each
        if said != Light.GREEN:
            return each
        again = self._of_tests(asked, check, {site.path: {site.function}}, waiting, most)
        green = [other for other in again if other[1] == Light.GREEN]
        return green[0] if green else (site, Light.RED)

    def _runs(self, asked: TreeQuestion, check: Check, each: Heard) -> Heard:
        """What need not run says nothing by being green, unless a failure in its place is red."""
        site, said = each
        if said != Light.GREEN or site.sure:
            return each
        broken = failing_at(self._laid.file(asked.tree, site.path) or b"", site.line)
        ran = self._laid.run(asked.tree, Round({site.path: broken}, {}), check) if broken else None
        return each if ran and _said(ran, (site.path, site.function)) == Light.RED else (site, "")

    def _of_data(
        self, asked: TreeQuestion, criterion: PlanCriterion, ran: Passes, tests: set[str], *, alone: bool
    ) -> list[Heard]:
        """What tests compare with beside their own literals: red once is voice enough. A file of data counts where it
        is `alone`, for it may hold what no test looks at; a module where assertions speak of its names."""
        data = self._data(asked, ran, tests, alone)
        said: list[Heard] = []
        for each in data_rounds(data, asked.digest) if data else ():
            again = self._laid.run(asked.tree, each, Check(criterion.check, ran.under))
            site = next(iter(each.sites.values()))
            said.append((site, "RED" if light(again) is Light.RED else light(again).value))
            if light(again) is not Light.GREEN:
                return [(site, "RED")]
        return said[-1:]

    def _data(self, asked: TreeQuestion, ran: Passes, tests: set[str], alone: bool) -> dict[str, bytes]:
        """The judging files that may say what is expected: what a run opened or imported, and the tests speak of.

        A file that the tests open alone may hold inputs: honest work follows these. So it counts where the product's
        own code reached for it, where main's run opened it and this one does not, or where the tests plainly take what
        they expect from a file, and nothing else; and a module where names of it are expectations and nothing else.
        """
        after, was = ran.after.seen, ran.was.seen
        words = "\n".join(self._laid.text(asked.tree, path) for path in tests)
        said = [expected(path, self._laid.file(asked.tree, path) or b"") for path in tests]
        names = frozenset[str]().union(*(one.names for one in said))
        keys = frozenset[str]().union(*(one.keys for one in said))
        files = any(one.files for one in said)
        missed = set(was.opened) - set(after.opened)
        found: dict[str, bytes] = {}
        for path in dict.fromkeys([*after.opened, *was.opened, *after.loaded.values()]):
            if path in tests or not asked.sides.judges(path) or not spoken_of(path, words):
                continue
            content = self._laid.file(asked.tree, path) or b""
            if path.endswith(".py"):
                wanted = bool(names & _bound(content))
            else:
                by_product = path in after.reached and not asked.sides.judges(after.reached[path])
                wanted = alone and (by_product or path in missed or files or _has_key(content, keys))
            if wanted and content and len(content) <= LARGEST and len(found) < DATA:
                found[path] = content
        return found


def booked(tally: Tally, criterion: str, found: Iterable[Heard]) -> list[str]:
    """Books what was said; a line for each that is silent."""
    tally.altered += [{"criterion": criterion, **site._asdict(), "said": said} for site, said in found]
    return [
        f"{criterion}: {site.path}:{site.line} {site.function} stays green although what it expects was altered "
        f"({site.what}): the change has taken its voice"
        for site, said in found
        if said == Light.GREEN
    ]


def _tests(nodes: Iterable[str]) -> dict[str, set[str]]:
    """File -> functions, as `Class.test_x`, of node ids of Python tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        path, _, rest = function(node).partition("::")
        if path.endswith(".py") and rest:
            found[path].add(rest.replace("::", "."))
    return dict(found)


def _said(ran: Ran, key: Key) -> str:
    """What became of an altered function: green where one of its cases is; nothing where none ran."""
    path, name = key
    start = f"{path}::{name.replace('.', '::')}"
    outcomes = [out for node, out in ran.seen.outcomes.items() if function(node) == start]
    if not outcomes:
        return ""
    return Light.GREEN if any(out in GREEN for out in outcomes) else Light.RED


def _bound(module: bytes) -> set[str]:
    """The names that a module binds at its top."""
    return set(re.findall(r"(?m)^(\w+)\s*[:=]", module.decode("utf-8", "replace")))


def _has_key(data: bytes, keys: Iterable[str]) -> bool:
    text = data.decode("utf-8", "replace")
    return any(re.search(rf"(?<!\w){re.escape(key)}(?!\w)", text) for key in keys)
