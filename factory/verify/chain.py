"""The commits under a stamp of a ticket: plan, work, evidence, and what they say."""

from __future__ import annotations

from typing import NamedTuple

from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.model import Oid, Plan, Result
from factory.records import attempts
from factory.tree import FOLDER


class Chain(NamedTuple):
    """A stamp's parts."""

    main: Oid
    base: Oid
    steps: tuple[Commit, Commit, Commit]  # plan, work, evidence
    plan: Plan
    work: Oid
    result: Result
    result_bytes: bytes
    pack: dict[str, bytes]


def read_chain(repo: Repo, commit: Commit) -> Chain:
    """The three commits under a stamp. KeyError or ValueError where they are not what they should be."""
    store = repo.store
    main, proof = commit.parents
    steps = [store.commit(proof)]
    for name in ("work", "plan"):
        if len(steps[-1].parents) != 1:
            raise ValueError(f"its second parent is no attempt: plan, work, evidence ({name} is missing)")
        steps.append(store.commit(steps[-1].parents[0]))
    for step, name in zip(steps, ("evidence", "work", "plan"), strict=True):
        if not step.subject.startswith(f"{name}("):
            raise ValueError(f"its second parent is no attempt: plan, work, evidence (found {step.subject[:40]!r})")
    if len(steps[2].parents) != 1:
        raise ValueError("its plan does not stand on one base")
    result_bytes = _must(store.file(steps[0].tree, attempts.RESULT), attempts.RESULT)
    return Chain(
        main=main,
        base=steps[2].parents[0],
        steps=(steps[2], steps[1], steps[0]),
        plan=Plan.model_validate(attempts.from_json(_must(store.file(steps[1].tree, attempts.PLAN), attempts.PLAN))),
        work=steps[0].parents[0],
        result=Result.model_validate(attempts.from_json(result_bytes)),
        result_bytes=result_bytes,
        pack=_pack(repo, steps[0].tree),
    )


def _must(content: bytes | None, path: str) -> bytes:
    if content is None:
        raise ValueError(f"{path} is missing")
    return content


def _pack(repo: Repo, tree: Oid) -> dict[str, bytes]:
    entry = repo.store.entry(tree, attempts.EVIDENCE)
    if entry is None or entry.mode != FOLDER:
        return {}
    return {name: repo.store.read(found.oid, "blob") for name, found in repo.store.flat(entry.oid).items()}
