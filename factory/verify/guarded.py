"""A stamp's guards once more, from git alone: main before it, the tree that was stamped, the terms of that day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import guards
from factory.gate import loaded
from factory.git import names
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import Changed, Oid, Result
from factory.records import attempts, premises
from factory.records.judges import digest
from factory.records.plans import RESERVED, protected
from factory.ssot.protected import FIRST
from factory.tree import SUBMODULE
from factory.verify.chain import Chain
from guards import scope
from guards.case import FLAGS, Case
from guards.protected import shadows

AT_THE_ROOT = re.compile(r"(?:\S*/)?python[\d.]*\s+-m\s")  # such a command finds modules at the root before all others


class Guarded(NamedTuple):
    """`judges`: by which guards its evidence says that it was judged; empty: it is older than that word."""

    judges: str
    objections: tuple[str, ...]


def again(repo: Repo, tree: Oid, chain: Chain) -> Guarded:
    """What today's guards object to in a stamp. They refuse by main's own settings and policies of that day."""
    checks = [c.check for c in chain.plan.criteria]
    return look(repo, chain.main, case_of(repo, tree, chain), chain.result, chain.pack, checks)


def look(
    repo: Repo, main: Oid, case: Case, result: Result, pack: Mapping[str, bytes], checks: Iterable[str] = ()
) -> Guarded:
    """The guards' answer to a question that the gate once put to them."""
    said = attempts.from_json(pack.get("manifest.json", b"{}"))
    judges = str(said.get("judges") or "") if isinstance(said, dict) else ""
    found = guards.run(case, [name for name in guards.NAMES if name not in FLAGS])
    lines = [str(finding) for findings in found.values() for finding in findings if not finding.flag]
    wanted = guards.NAMES if judges == digest() else ()  # other guards may have been other ones
    left_out = [name for name in wanted if result.guards.get(name) != "PASS"]
    lines += [f"its result does not say that the guard {', '.join(left_out)} passed"] if left_out else []
    return Guarded(judges, (*lines, *_names(case), *_in_front(repo, main, case, checks)))


def case_of(repo: Repo, tree: Oid, chain: Chain) -> Case:
    """The question as the gate put it."""
    store = repo.store
    terms = premises.terms_at(repo, chain.main, chain.plan.ticket_id)
    forbidden = (*chain.plan.scope.forbidden, *protected(premises.settings_of(repo, chain.main)))
    return Case(GitTree(store, chain.main), GitTree(store, tree), touched(repo, chain), chain.plan, terms, forbidden)


def touched(repo: Repo, chain: Chain) -> tuple[Changed, ...]:
    """What its work changed, `.factory/` left out."""
    store = repo.store
    return repo.diff(store.tree_of(chain.base), store.edit(chain.steps[1].tree, {RESERVED: None}))


def always(repo: Repo, chain: Chain, changed: tuple[Changed, ...]) -> Iterator[str]:
    """What every version's guards refused: out of scope, on the first list of what is protected, loaded by its name."""
    store = repo.store
    terms = premises.terms_at(repo, chain.main, chain.plan.ticket_id)
    forbidden = (*chain.plan.scope.forbidden, *FIRST)  # a stamp is held to the list of its own day
    plan = chain.plan.model_copy(update={"scope": chain.plan.scope.model_copy(update={"forbidden": forbidden})})
    case = Case(GitTree(store, chain.base), GitTree(store, chain.work), changed, plan, terms)
    for found in scope.check(case):
        yield f"it touches what it may not: {found.path}: {found.message}"
    for change in changed:
        if not shadows.METADATA.search(change.path):
            yield from (f"it brings {change.path}, which {said}" for said in shadows.objections(case, change))


def _names(case: Case) -> Iterator[str]:
    """What no harvest lets by: a submodule, and a name that a file system without case takes for another."""
    yield from (f"{change.path}: a submodule" for change in case.changed if change.new_mode == SUBMODULE)
    added = {change.path for change in case.changed if change.new_mode and not change.old_mode}
    spelt = names.spellings(path for path in case.tree.entries() if path not in added) if added else {}
    yield from map(str, names.collisions(added, spelt, lambda _: True))


def _in_front(repo: Repo, main: Oid, case: Case, checks: Iterable[str]) -> Iterator[str]:
    """New modules at the root in front of Python's own, where a command of main's looks there first."""
    gate = premises.settings_of(repo, main).gate
    commands = (*gate.doctor, *gate.fast, *gate.regression, *checks)
    if not any(AT_THE_ROOT.match(command) for command in commands):
        return
    known = {path.partition("/")[0].partition(".")[0] for path in case.base.entries()}
    new = [change.path for change in case.changed if change.new and not change.old]
    fresh = [path for path in new if path.partition("/")[0].partition(".")[0] not in known]
    yield from loaded.shadows(fresh, replace(loaded.supposed(()), path=(".", "/")))
