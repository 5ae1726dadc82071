"""What one stamp has to prove: shape, words, verdict, evidence, trees, premises, signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from factory.git import objects
from factory.git.objects import IDENTITY, Commit
from factory.git.repo import Repo
from factory.model import Conclusion, Light, Oid, Plan
from factory.records import attempts, evidence, landing, premises, signed
from factory.records.plans import RESERVED
from factory.verify import guarded
from factory.verify.chain import Chain, read_chain
from factory.verify.guarded import Guarded

Rerun = Callable[[Plan, Oid, Oid, Oid], str]  # (plan, main, gate tree, work) -> why it does not pass, or ""
Guards = Callable[[str, Guarded], Iterator[str]]  # of a ticket or card: what the guards object to, if it is a fault
ALWAYS = ("scope", "protected", "ssot_docs")  # guards that every verdict holds


def stamp_faults(
    repo: Repo, oid: Oid, ticket: str, turned: Iterable[str], rerun: Rerun | None, guards: Guards
) -> Iterator[str]:
    """Everything that is wrong with one stamp. `turned`: the rows that its commit set to DONE; `guards` looks again."""
    commit = repo.store.commit(oid)
    if len(commit.parents) != 2:
        yield f"a stamp is a merge of two parents, and this commit has {len(commit.parents)}: it was copied or rebased"
        return
    yield from hand(repo, oid, commit)
    chain = read_chain(repo, commit)
    yield from _words(commit, chain, ticket)
    yield from _judgement(chain)
    yield from (f"evidence: {fault}" for fault in evidence.faults(chain.pack))
    yield from _evidence_agrees(chain)
    yield from _attempt(repo, chain)
    yield from _trees(repo, commit, chain)
    yield from _premises(repo, chain)
    if strange := sorted(set(turned) - {chain.plan.ticket_id, *chain.plan.ac_ids}):
        yield f"it turns rows to DONE that are not its own: {', '.join(strange)}"
    yield from signed.faults(repo, commit, chain.main)
    yield from guards(ticket, guarded.again(repo, commit.tree, chain))
    if rerun is not None and (why := rerun(chain.plan, chain.main, commit.tree, chain.work)):
        yield f"run again, the gate says: {why}"


def hand(repo: Repo, oid: Oid, commit: Commit) -> Iterator[str]:
    """The factory writes stamps in its name and in one form: a header more or an amended date is another hand."""
    if (commit.author, commit.committer) != (IDENTITY, IDENTITY):
        yield f"it was written or amended by {commit.committer}, not by the factory"
    elif objects.format_commit(commit) != repo.store.read(oid, "commit"):
        yield "its header is not as the factory writes it: it was amended"


def _words(commit: Commit, chain: Chain, ticket: str) -> Iterator[str]:
    plan, result, found = chain.plan, chain.result, objects.trailers(commit.message)
    if found.get("Factory-Event") != "stamp":
        yield "its subject says stamp, and its trailers do not"
    if repeated := objects.repeated(commit.message):
        yield f"it has a trailer twice ({', '.join(repeated)})"
    wanted = objects.message(f"stamp({ticket}): {plan.title}").split("\n", 1)[0]
    if commit.subject != wanted:
        yield f"its subject is not `{wanted}`"
    if hashlib.sha256(chain.result_bytes).hexdigest() != found.get("Factory-Result"):
        yield "result.json is not the one that was stamped (its sha256 differs from Factory-Result)"
    if found.get("Factory-Gate-Tree") != commit.tree:
        yield "its tree is not the tree that was gated (Factory-Gate-Tree)"
    if {ticket} != {plan.ticket_id, result.ticket_id, found.get("Factory-Ticket")}:
        yield f"the attempt is for {plan.ticket_id}, the stamp for {ticket}"
    if not (str(plan.attempt) == str(result.attempt) == found.get("Factory-Attempt")):
        yield "the attempt's number differs between the stamp, the plan and the result"
    if found.get("Factory-Status") != landing.status(result):
        yield f"it says {found.get('Factory-Status')}, its result {landing.status(result)} (Factory-Status)"
    if found.get("Factory-Cost-USD") != landing.cost(result):
        yield "its cost is not the one in result.json (Factory-Cost-USD)"


def _judgement(chain: Chain) -> Iterator[str]:
    result = chain.result
    if result.status is not Conclusion.PASS or result.triage:
        yield f"its result says {result.status.value}, not PASS"
    tiers = result.gate_results.model_dump()
    if failing := [name for name, answer in tiers.items() if answer not in (Conclusion.PASS, Conclusion.SKIPPED)]:
        yield f"{', '.join(failing)} did not pass"
    if all(answer is Conclusion.SKIPPED for answer in tiers.values()):
        yield "no tier of the gate ran"
    if any(result.guards.get(name) != "PASS" for name in (*ALWAYS, *result.guards)):
        yield "its guards did not all pass"
    if result.tests.failed or result.tests.missing:
        yield f"tests that failed: {result.tests.failed}, that are missing: {result.tests.missing}"
    proven = {c.id for c in result.criteria if c.before is Light.RED and c.after is Light.GREEN}
    if missing := [c.id for c in chain.plan.criteria if c.check and c.id not in proven]:
        yield f"{', '.join(missing)} was not red before and green after"


def _evidence_agrees(chain: Chain) -> Iterator[str]:
    """The pack tells of this attempt: a pack of another one has its own hashes in order too."""
    plan, result = chain.plan, chain.result
    wanted: dict[str, dict[str, Any]] = {
        "manifest.json": {"ticket": plan.ticket_id, "attempt": plan.attempt, "key": plan.idempotency_key},
        "git_info.json": {
            "base": chain.base,
            "plan": chain.steps[1].parents[0],
            "work": chain.work,
            "main": chain.main,
            "gate_tree": result.gate_tree,
        },
        "kpi.json": result.kpi_summary,
        "verify_report.json": {"status": Conclusion.PASS.value, "failed": []},
    }
    for name, fields in wanted.items():
        said = json.loads(chain.pack.get(name, b"{}"))
        if not isinstance(said, dict):
            said = {}
        differ = [key for key, value in fields.items() if key not in said or said[key] != value]
        if name == "kpi.json" and said != fields:
            yield "evidence: kpi.json is not what result.json says"
        elif differ == ["main"]:
            yield "it was made on another main than the one that it stands on: it was copied or rebased"
        elif differ:
            yield f"evidence: {name} is not of this attempt ({', '.join(differ)})"


def _attempt(repo: Repo, chain: Chain) -> Iterator[str]:
    """Each of the three commits adds its own files under `.factory/`, and only the work touches anything else."""
    store = repo.store
    plan, work, proof = (commit.tree for commit in chain.steps)
    before = store.tree_of(chain.base)
    if store.entry(before, RESERVED):
        yield f"its base holds {RESERVED}/, which is a reserved name"
    for name, one, other in (("plan", before, plan), ("evidence", work, proof)):
        if store.edit(one, {RESERVED: None}) != store.edit(other, {RESERVED: None}):
            yield f"its {name} commit changes more than {RESERVED}/"
    said = [store.entry(tree, attempts.PLAN) for tree in (plan, work, proof)]
    if len(set(said)) != 1:
        yield "plan.json is not the same in its plan, work and evidence commits"
    held = {path for path in store.flat(proof) if path.startswith(f"{RESERVED}/")}
    pack = {f"{attempts.EVIDENCE}/{name}" for name in chain.pack}
    if strange := sorted(held - {attempts.PLAN, attempts.RESULT} - pack):
        yield f"its evidence commit holds {strange[0]}"


def _trees(repo: Repo, commit: Commit, chain: Chain) -> Iterator[str]:
    result, plan = chain.result, chain.plan
    if not (chain.base == plan.base == result.base):
        yield "its base differs between the commits, the plan and the result"
    if not repo.is_ancestor(chain.base, chain.main):
        yield "its base is not part of main: it was stamped elsewhere"
    if result.work != chain.work:
        yield "result.json speaks of another work commit"
    if result.gate_tree != commit.tree:
        yield "its tree differs from the tree in result.json"
    merged = landing.merge(repo, chain.main, chain.base, chain.work, plan.ticket_id)
    if merged.conflicts:
        yield f"its change does not merge with its first parent ({merged.conflicts[0]})"
    elif merged.tree != commit.tree:
        differ = [c.path for c in repo.diff(merged.tree, commit.tree)]
        yield f"its tree is not main with its change merged and its rows flipped; differs in {', '.join(differ[:3])}"


def _premises(repo: Repo, chain: Chain) -> Iterator[str]:
    """The rules are main's, as they were at the first parent; what the plan and the result say is held to them."""
    plan = chain.plan
    yield from (f"its plan is not what main said: {what}" for what in premises.stale(repo, chain.main, plan))
    if all(differ := [premises.reworded(repo, at, plan) for at in (chain.base, chain.main)]):
        yield f"its plan says what main's tables did not: {', '.join(differ[-1])}"
    if [c.id for c in plan.criteria] != list(plan.ac_ids):
        yield "its plan names other criteria (ac_ids) than it holds"
    if tiers := premises.untried(repo, chain.main, chain.result):
        yield f"main's settings have commands for {', '.join(tiers)}, and the result does not say PASS of them"
    changed = guarded.touched(repo, chain)
    if sorted(attempts.as_text(c.path) for c in changed) != sorted(chain.result.files_changed):
        yield "its work changed other files than result.json names"
    yield from guarded.always(repo, chain, changed)
