"""DONE stays DONE: every criterion that was proven once is held on each tree that is to be stamped."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from factory.errors import Mistake
from factory.gate.asked import TreeQuestion
from factory.gate.compare import GREEN
from factory.gate.criteria import light
from factory.gate.tally import Tally
from factory.gate.trial import Ran, Trial
from factory.gate.voice import Voice, booked
from factory.git.repo import Repo
from factory.model import Criterion, CriterionStatus, Light, Oid, Triage
from factory.ssot.documents import LEDGER, read_ledger

PAUSE = 1.0  # seconds between two lines of progress: what is known at once is not told one by one
UNASKED = 3  # stamps in a row, half a box, that a check may go without being run because nothing that it reads changed
ASKED = 2  # DONE criteria that one change has to let speak, at most
ELSEWHERE = "/"  # among the opened files: another process was started, and what it read nobody saw
OPTION = re.compile("-")
USUAL = {"-m", "-q", "-v", "-vv", "-x", "-s", "-k", "-ra", "-rA", "--tb=short", "--tb=line", "--tb=no"}


class Memory(NamedTuple):
    """What a check did when it was green last."""

    tree: Oid
    tests: tuple[str, ...]  # that it ran
    reads: tuple[str, ...]  # files of the tree that it loaded or opened; empty: nobody saw
    unasked: int = 0
    proof: tuple[str, ...] = ()  # of the tests those that carried it, where the gate itself saw it proven


class KeptCriteria:
    """Holds the DONE rows of AC_LEDGER.md; what a tier ran on the tree already is read from that run."""

    def __init__(self, trial: Trial, voice: Voice) -> None:
        self._repo, self._trial, self._voice = trial.repo, trial, voice

    def hold(self, asked: TreeQuestion, tally: Tally) -> None:
        """Books the first DONE criterion that the tree breaks. By hand also one that main has broken already."""
        own = set(asked.plan.ac_ids) | set(asked.case.terms.replaces) if asked.plan else set()
        rows, told = done_at(self._repo, asked.tree), 0.0
        for number, criterion in enumerate(rows, 1):
            if criterion.id in own or self._is_known(criterion, asked.tree, tally):
                continue
            if time.monotonic() - told >= PAUSE:
                told = time.monotonic()
                asked.say(f"the gate holds {criterion.id}, which is DONE ({number} of {len(rows)})")
            if not self._stands(asked, tally, criterion):
                return
        if asked.plan:
            self._ask_some(asked, tally, own)

    def _stands(self, asked: TreeQuestion, tally: Tally, criterion: Criterion) -> bool:
        """Whether it is green alone, or red on main already; where not, it is broken."""
        ran = self._trial.run(asked.tree, criterion.check)
        if light(ran) is Light.GREEN and not self._silent(criterion.check, ran):
            self.remember(criterion.check, asked.tree, ran)
        elif asked.plan and light(self._trial.run(asked.main, criterion.check)) is not Light.GREEN:
            tally.red[criterion.id] = f"DONE, and red on main already: `{criterion.check}`"
            tally.log.append(f"DONE, and red on main already: {criterion.id}")
        else:
            self._broken(criterion, ran, tally)
            return False
        return True

    def _ask_some(self, asked: TreeQuestion, tally: Tally, own: Collection[str]) -> None:
        """Whether what the change touches has left the judges of the DONE their voice: some, by the plan's digest.

        They are asked alone, so the check itself is, too: a red altered judge tells something where the true one is
        green under the same conditions.
        """
        changed = {c.path for c in asked.changed}
        rows = [row for row in done_at(self._repo, asked.tree) if row.id not in own]
        known = [(row, self._recall(row.check)) for row in rows]
        touched = [(row, m.proof or m.tests) for row, m in known if m and m.tests and changed & set(m.reads)]
        some = sorted(touched, key=lambda one: _name(f"{asked.digest} {one[0].id}"))[:ASKED]
        for criterion, _ in some:
            self._trial.ahead(asked.tree, criterion.check)
        with ThreadPoolExecutor(ASKED) as pool:
            heard = pool.map(lambda one: self._voice.of_done(asked, *one), some)
            for (criterion, _), found in zip(some, heard, strict=True):
                silent = booked(tally, criterion.id, found)
                if self._stands(asked, tally, criterion) and silent:
                    tally.fail(Triage.TAMPER, silent, mark=criterion.id)
                if not tally.passing:
                    return

    def broken(self, tree: Oid) -> list[Criterion]:
        """The DONE criteria that are red on a tree, each asked anew."""
        rows = done_at(self._repo, tree)
        return [c for c in rows if light(self._trial.run(tree, c.check, fresh=True)) is not Light.GREEN]

    def _silent(self, check: str, ran: Ran) -> bool:
        """Whether it says yes without a word: nothing that it ran was green, or what was is skipped now."""
        outcomes, known = ran.seen.outcomes, self._recall(check)
        dim = [test for test in (known.tests if known else ()) if test in outcomes and outcomes[test] not in GREEN]
        return bool(dim) or (bool(outcomes) and not GREEN & set(outcomes.values()))

    def _broken(self, criterion: Criterion, ran: Ran, tally: Tally) -> None:
        tally.heard(f"{criterion.id}, DONE", ran)
        line = (
            f"{criterion.id} of {criterion.ticket} is DONE, and red here: `{criterion.check}`; mend it, or let the "
            f'ticket say replaces = ["{criterion.id}"]'
        )
        tally.red[criterion.id] = f"DONE, and red: `{criterion.check}`"
        tally.fail(Triage.TEST, [line], mark=criterion.id)

    def _is_known(self, criterion: Criterion, tree: Oid, tally: Tally) -> bool:
        """Whether a tier has just run all that the check runs, or nothing that it reads has changed since."""
        known = self._recall(criterion.check)
        if known is None:
            return False
        if known.tests and all(tally.outcomes.get(test) in GREEN for test in known.tests):
            return True
        if not known.reads or known.unasked >= UNASKED:
            return False
        changed = {c.path for c in self._repo.diff(known.tree, self._repo.store.tree_of(tree))}
        if changed & set(known.reads):
            return False
        self._keep(criterion.check, known._replace(unasked=known.unasked + 1))
        return True

    def remember(self, check: str, tree: Oid, ran: Ran, proof: Collection[str] = ()) -> None:
        """After a run that was green. Only a plain call of a test runner is known by its tests."""
        known = self._recall(check)
        carried = tuple(proof) or (known.proof if known else ())
        plain = bool(ran.seen.sessions and ran.seen.loaded) and not re.search(r"[;&|`$<>\n]", check)
        seen = ran.seen
        usual = plain and not set(filter(OPTION.match, check.split())) - USUAL  # a tier runs them by its own options
        tests = tuple(n for n, outcome in seen.outcomes.items() if outcome in GREEN) if usual else ()
        inside = [at for at in seen.loaded.values() if not at.startswith("/")] if plain else []
        whole = plain and ELSEWHERE not in seen.opened
        reads = {*inside, *seen.opened, *(test.split("::")[0] for test in seen.outcomes)} if whole else set()
        self._keep(check, Memory(self._repo.store.tree_of(tree), tests, tuple(sorted(reads)), proof=carried))

    def _recall(self, check: str) -> Memory | None:
        try:
            tree, tests, reads, unasked, proof = json.loads(self._trial.recall(_name(check)) or b"")
            return Memory(str(tree), tuple(tests), tuple(reads), int(unasked), tuple(proof))
        except (ValueError, TypeError):
            return None

    def _keep(self, check: str, memory: Memory) -> None:
        self._trial.remember(_name(check), json.dumps(memory).encode())


def done_at(repo: Repo, tree: Oid) -> tuple[Criterion, ...]:
    """The DONE criteria that have a check, as a tree's ledger says."""
    return tuple(row for row in rows_at(repo, tree) if row.status is CriterionStatus.DONE and row.check)


def rows_at(repo: Repo, tree: Oid) -> tuple[Criterion, ...]:
    """All criteria of a tree's ledger; none where it cannot be read."""
    try:
        return tuple(read_ledger(repo.store.file(repo.store.tree_of(tree), LEDGER) or b""))
    except Mistake:
        return ()


def _name(check: str) -> str:
    return f"kept-{hashlib.sha256(check.encode()).hexdigest()}"
