"""The gate and the guards by hand: on the working tree, or on any tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import guards
from factory.errors import Mistake
from factory.executors.bench import Bench, open_bench
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.line.house import Say, Tell, saying
from factory.model import Finding, Oid, Verdict
from factory.operator.again import once_more
from factory.operator.against import against
from factory.operator.checked_out import CheckedOut
from factory.operator.staged import Staged
from factory.records.plans import protected
from factory.records.view import settings_at
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings
from factory.tree import SUBMODULE, Entry, MemoryTree, Tree
from guards.case import Case


def gate(
    path: Path, environ: Mapping[str, str], tree: str | None, tiers: tuple[str, ...], tell: Tell, *, fresh: bool = False
) -> Verdict:
    """The verdict on the working tree, or on what a named tree brings. `fresh`: all of it runs now."""
    with open_bench(path, environ, apart=fresh) as bench:
        say = saying(tell, bench.settings.factory.timezone)
        if tree:
            return _named(bench, tree, tiers, say)
        oid = snapshot(bench.repo)
        case = by_hand(bench.repo, GitTree(bench.repo.store, oid), bench.settings)
        return bench.gate.by_hand(case, main=bench.main, tree=oid, steps=tiers, say=lambda text: say("", text))


def _named(bench: Bench, name: str, tiers: tuple[str, ...], say: Say) -> Verdict:
    """The verdict on what a tree brings to what it was made on."""
    found, store = against(bench.repo, name, bench.main), bench.repo.store
    say("", f"judged: {found.told}")
    if found.stamp and "guards" in tiers:
        return once_more(bench, f"{name}^2^", found.base, say)
    bench = bench.at(found.base) if found.held else bench
    case = Case(GitTree(store, found.base), GitTree(store, found.tree), (), protected=protected(bench.settings))
    return bench.gate.by_hand(case, main=found.base, tree=found.tree, steps=tiers, say=lambda text: say("", text))


def guard(
    path: Path, name: str | None, *, staged: bool = False, index: str | None = None
) -> dict[str, tuple[Finding, ...]]:
    """Each guard's findings on the working tree, or on what is `staged`. Writes nothing.

    `index`: the file that git names to a hook; a commit of some paths has one of its own.
    """
    with Repo(path) as repo:
        tree = Staged(repo, index) if staged else working_tree(repo)
        settings = settings_at(repo, "HEAD") or read_settings(None)  # a hook runs before the first commit, too
        return guards.run(by_hand(repo, tree, settings), [name] if name else None)


def by_hand(repo: Repo, tree: Tree, settings: Settings) -> Case:
    head = repo.store.get("HEAD^{commit}")
    base = GitTree(repo.store, head[0]) if head else MemoryTree({})
    return Case(base=base, tree=tree, changed=(), protected=protected(settings))


def working_tree(repo: Repo) -> CheckedOut:
    if repo.work_tree is None:
        raise Mistake("a bare repository has no working tree", remedy="name a tree with --tree")
    return CheckedOut(repo, repo.work_tree)


def snapshot(repo: Repo) -> Oid:
    """The working tree as a tree of the store, as it lies there: tracked files and new ones that are not ignored."""
    folder = working_tree(repo)
    modules = repo.store.flat(repo.store.tree_of("HEAD")) if repo.store.get("HEAD") else {}
    changes: dict[str, Entry | None] = {}
    for path, entry in folder.entries().items():
        if path in folder.skipped:
            changes[path] = entry
        elif entry.mode == SUBMODULE:
            changes[path] = modules.get(path)
        else:
            changes[path] = Entry(entry.mode, repo.store.write_blob(folder.read(path)))
    return repo.store.edit(None, {p: e for p, e in changes.items() if e})
