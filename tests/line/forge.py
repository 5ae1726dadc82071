"""Stamps made by hand: taken apart, edited and put together again, as well as a forger can without the factory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.records import attempts, evidence
from factory.records.plans import RESERVED
from factory.tree import FILE, Entry
from tests.line.conftest import Shop

MAIN = "refs/heads/main"
Files = Mapping[str, bytes | str | None]


def entries(repo: Repo, files: Files) -> dict[str, Entry | None]:
    return {
        path: None
        if content is None
        else Entry(FILE, repo.store.write_blob(content.encode() if isinstance(content, str) else content))
        for path, content in files.items()
    }


@dataclass
class Parts:
    """One stamp, in pieces that can be changed. `put` makes its four commits anew and moves main there."""

    repo: Repo
    stamp: Commit
    evidence: Commit
    work: Commit
    plan: Commit
    plan_says: dict[str, Any]
    result: dict[str, Any]
    pack: dict[str, bytes]
    work_files: dict[str, bytes | str | None] = field(default_factory=dict)
    tree_files: dict[str, bytes | str | None] = field(default_factory=dict)
    extra: dict[str, bytes | str | None] = field(default_factory=dict)  # in the evidence commit
    trailers: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    remade: bool = True  # every hash and id that follows from the edit is made to fit again

    def edit_pack(self, name: str, **fields: Any) -> None:
        self.pack[name] = json.dumps({**json.loads(self.pack[name]), **fields}).encode()

    def put(self) -> str:
        store = self.repo.store
        plan = {attempts.PLAN: json.dumps(self.plan_says)}
        base = self.plan.parents[0]
        plan_oid = self._commit(self.plan, store.edit(store.tree_of(base), entries(self.repo, plan)), (base,))
        work_tree = store.edit(self.work.tree, entries(self.repo, {**plan, **self.work_files}))
        work = self._commit(self.work, work_tree, (plan_oid,))
        tree = store.edit(self.stamp.tree, entries(self.repo, {**self._code(), **self.tree_files}))
        if self.remade:
            tree = self._fit(work, plan_oid, tree)
        files = {attempts.RESULT: json.dumps(self.result)}
        proof = store.edit(store.edit(work_tree, {attempts.EVIDENCE: None}), entries(self.repo, files))
        proof = store.edit(proof, entries(self.repo, {f"{attempts.EVIDENCE}/{n}": c for n, c in self.pack.items()}))
        proof = store.edit(proof, entries(self.repo, self.extra))
        done = self._commit(self.evidence, proof, (work,))
        return self._stamp(tree, done, files[attempts.RESULT])

    def _code(self) -> dict[str, bytes | str | None]:
        return {path: content for path, content in self.work_files.items() if not path.startswith(RESERVED)}

    def _fit(self, work: str, plan: str, tree: str) -> str:
        """What a careful forger makes fit again: ids, the flipped row, the pack's hashes."""
        ledger = self.repo.store.file(tree, "AC_LEDGER.md") or b""
        old = self.result["work"]
        fitting = ledger.replace(old[:12].encode(), work[:12].encode())
        tree = self.repo.store.edit(tree, entries(self.repo, {"AC_LEDGER.md": fitting}))
        self.result |= {"work": work, "gate_tree": tree}
        if "git_info.json" in self.pack:
            self.edit_pack("git_info.json", work=work, plan=plan, gate_tree=tree)
        self.pack[evidence.HASHES] = evidence.hashes(self.pack)
        return tree

    def _stamp(self, tree: str, proof: str, result: str) -> str:
        found = objects.trailers(self.stamp.message)
        if self.remade:
            found |= {"Factory-Result": hashlib.sha256(result.encode()).hexdigest(), "Factory-Gate-Tree": tree}
        found |= self.trailers
        text = objects.message(self.subject or self.stamp.subject, trailers=found.items())
        main = self.stamp.parents[0]
        oid = self._commit(self.stamp._replace(message=text), tree, (main, proof))
        self.repo.move(MAIN, oid, self.repo.tip(MAIN))
        return oid

    def _commit(self, like: Commit, tree: str, parents: tuple[str, ...]) -> str:
        return self.repo.store.write_commit(like._replace(tree=tree, parents=parents, signature=""))


def taken_apart(repo: Repo) -> Parts:
    """The stamp at main's tip."""
    store = repo.store
    stamp = store.commit(MAIN)
    proof = store.commit(stamp.parents[1])
    work = store.commit(proof.parents[0])
    plan = store.commit(work.parents[0])
    folder = store.entry(proof.tree, attempts.EVIDENCE)
    assert folder
    return Parts(
        repo=repo, stamp=stamp, evidence=proof, work=work, plan=plan,
        plan_says=json.loads(store.file(work.tree, attempts.PLAN) or b""),
        result=json.loads(store.file(proof.tree, attempts.RESULT) or b""),
        pack={name: store.read(found.oid, "blob") for name, found in store.flat(folder.oid).items()},
    )  # fmt: skip


def forge(shop: Shop, change: Callable[[Parts], object], *, remade: bool = True) -> str:
    """Put the stamp at main's tip together anew with one change; its new id."""
    with Repo(shop.path) as repo:
        parts = taken_apart(repo)
        parts.remade = remade
        change(parts)
        return parts.put()


def put_commit(shop: Shop, text: str, files: Files, *parents: str, tree_of: str = MAIN, **fields: Any) -> str:
    """A commit by hand on main: `tree_of`'s tree with some files, and these parents."""
    with Repo(shop.path) as repo:
        tree = repo.store.edit(repo.store.tree_of(tree_of), entries(repo, files))
        tip = repo.tip(MAIN)
        commit = Commit(tree, parents or (tip or "",), text, 1_790_000_100, **fields)
        oid = repo.store.write_commit(commit)
        repo.move(MAIN, oid, tip)
        repo.call("read-tree", "--reset", "-u", oid, cwd=shop.path)
        return oid
