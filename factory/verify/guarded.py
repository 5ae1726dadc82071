"""A stamp's guards once more, from git alone: main before it, the tree that was stamped, the terms of that day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import guards
from factory.gate import loaded
from factory.git import names
from factory.git.repo import Repo
from factory.model import Oid
from factory.records import attempts
from factory.records.judges import digest
from factory.records.premises import Premises
from factory.tree import SUBMODULE
from factory.verify.chain import Chain, Proof
from guards.case import FLAGS, Case

AT_THE_ROOT = re.compile(r"(?:\S*/)?python[\d.]*\s+-m\s")  # such a command finds modules at the root before all others


class Guarded(NamedTuple):
    """`judges`: by which guards its evidence says that it was judged; empty: it is older than that word."""

    judges: str
    objections: tuple[str, ...]


def look(repo: Repo, case: Case, chain: Chain, proof: Proof) -> Guarded:
    """Today's guards' answer to what the gate once asked. They refuse by main's settings and policies of that day."""
    said = attempts.from_json(proof.pack.get("manifest.json", b"{}"))
    judges = str(said.get("judges") or "") if isinstance(said, dict) else ""
    found = guards.run(case, [name for name in guards.NAMES if name not in FLAGS])
    lines = [str(finding) for findings in found.values() for finding in findings if not finding.flag]
    wanted = guards.NAMES if judges == digest() else ()  # other guards may have been other ones
    left_out = [name for name in wanted if proof.result.guards.get(name) != "PASS"]
    lines += [f"its result does not say that the guard {', '.join(left_out)} passed"] if left_out else []
    in_front = _in_front(repo, chain.main, case, [c.check for c in proof.plan.criteria])
    return Guarded(judges, (*lines, *_names(case), *in_front))


def _names(case: Case) -> Iterator[str]:
    """What no harvest lets by: a submodule, and a name that a file system without case takes for another."""
    yield from (f"{change.path}: a submodule" for change in case.changed if change.new_mode == SUBMODULE)
    added = {change.path for change in case.changed if change.new_mode and not change.old_mode}
    spelt = names.spellings(path for path in case.tree.entries() if path not in added) if added else {}
    yield from map(str, names.collisions(added, spelt, lambda _: True))


def _in_front(repo: Repo, main: Oid, case: Case, checks: Iterable[str]) -> Iterator[str]:
    """New modules at the root in front of Python's own, where a command of main's looks there first."""
    gate = Premises(repo, main).settings.gate
    commands = (*gate.doctor, *gate.fast, *gate.regression, *checks)
    if not any(AT_THE_ROOT.match(command) for command in commands):
        return
    known = {path.partition("/")[0].partition(".")[0] for path in case.base.entries()}
    new = [change.path for change in case.changed if change.new and not change.old]
    fresh = [path for path in new if path.partition("/")[0].partition(".")[0] not in known]
    yield from loaded.shadows(fresh, replace(loaded.supposed(()), path=(".", "/")))
