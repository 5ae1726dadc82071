"""The bare git plumbing that a stamp needs: the same objects, commits and moves of refs, by processes of git."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bench import programs
from factory.git.repo import LEDGER, Repo
from factory.model import Oid
from factory.tree import FOLDER, Entry


class Step(NamedTuple):
    """One commit: the new blobs by path, and the folders on their way, the deepest first, as they shall be."""

    ref: str
    commit: Oid
    parents: tuple[Oid, ...]
    blobs: dict[str, bytes]
    folders: dict[str, dict[str, Entry]]


def recipe(repo: Repo, stamp: Oid, events: Iterable[Oid]) -> tuple[Step, ...]:
    """The steps that made this stamp and its events, as the store has them."""
    found, branch = [], "refs/factory/attempts/by-hand/1"
    store = repo.store
    _, evidence = store.commit(stamp).parents
    work = store.commit(evidence).parents[0]
    plan = store.commit(work).parents[0]
    refs = [(branch, plan), (branch, work), (branch, evidence), ("refs/heads/by-hand", stamp)]
    refs += [("refs/heads/factory/by-hand-ledger", event) for event in events]
    for ref, commit in refs:
        found.append(_step(repo, ref, commit))
    return tuple(found)


def events_between(repo: Repo, old: Oid | None, new: Oid) -> tuple[Oid, ...]:
    """The ledger's events of a stamp, oldest first."""
    return tuple(logged.oid for logged in repo.log(new, *([f"^{old}"] if old else [])))[::-1]


def _step(repo: Repo, ref: str, commit: Oid) -> Step:
    store = repo.store
    made = store.commit(commit)
    before = store.tree_of(made.parents[0]) if made.parents else store.edit(None, {})
    changed = [c for c in repo.diff(before, made.tree) if c.new]
    folders: dict[str, dict[str, Entry]] = {}
    for path in {c.path for c in changed}:
        while path:
            path = path.rpartition("/")[0]
            entry = store.entry(made.tree, path) if path else Entry(FOLDER, made.tree)
            assert entry is not None
            folders[path] = store.level(entry.oid)
    deepest_first = dict(sorted(folders.items(), key=lambda item: (-item[0].count("/") - bool(item[0]), item[0])))
    return Step(ref, commit, made.parents, {c.path: store.read(c.new, "blob") for c in changed}, deepest_first)


def replay(steps: tuple[Step, ...], repo: Path, home: Path, salt: str) -> None:
    """Makes the same commits with other contents: an object that is there already would cost nothing."""
    made: dict[Oid, str] = {}
    tips: dict[str, str] = {}
    for step in steps:
        blobs = _blobs(step, repo, home, salt)
        tree = _trees(step, blobs, repo, home)
        parents = [word for oid in step.parents for word in ("-p", made.get(oid, oid))]
        commit = programs.git(repo, home, "commit-tree", tree, *parents, stdin=b"by hand\n").decode().strip()
        programs.git(repo, home, "update-ref", step.ref, commit, tips.get(step.ref, ""))
        made[step.commit] = tips[step.ref] = commit
    for ref, tip in tips.items():
        programs.git(repo, home, "update-ref", "-d", ref, tip)


def _blobs(step: Step, repo: Path, home: Path, salt: str) -> dict[str, str]:
    names = []
    for n, content in enumerate(step.blobs.values()):
        at = home / f"blob-{n}"
        at.write_bytes(content + salt.encode())
        names.append(str(at))
    out = programs.git(repo, home, "hash-object", "-w", "--stdin-paths", stdin="\n".join(names).encode())
    return dict(zip(step.blobs, out.decode().split(), strict=True))


def _trees(step: Step, blobs: dict[str, str], repo: Path, home: Path) -> str:
    """The root tree. Its parts' contents are known here, so that nothing has to be read for them."""
    made: dict[str, str] = dict(blobs)
    for folder, entries in step.folders.items():
        under = f"{folder}/" if folder else ""
        lines = []
        for name, entry in entries.items():
            kind = {"40000": "tree", "160000": "commit"}.get(entry.mode, "blob")
            lines.append(f"{entry.mode.zfill(6)} {kind} {made.get(under + name, entry.oid)}\t{name}")
        made[folder] = programs.git(repo, home, "mktree", stdin="\n".join(lines).encode()).decode().strip()
    return made[""]


def ledger_tip(repo: Repo) -> Oid | None:
    return repo.tip(LEDGER)
