"""Attempts at cards in git: plan, work and evidence, three commits for all cards of one stamp or for one failed card.

Below `.factory/cards/<id>/` each card has its plan, its result and its evidence pack, as a ticket has them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from factory.cards.card import WorkItem
from factory.errors import CouldNotRun
from factory.git import objects
from factory.git.objects import Commit
from factory.line.house import House
from factory.model import Answer, Oid, Result, Verdict
from factory.plain import many
from factory.records import attempts, evidence, redact
from factory.records.plans import RESERVED
from factory.tree import FILE, Entry
from factory.trucks.work import Made

FOLDER = f"{RESERVED}/cards"
RESULT = f"{RESERVED}/result.json"


class Judged(NamedTuple):
    """An attempt and the verdict on it."""

    made: Made
    verdict: Verdict

    @property
    def card(self) -> WorkItem:
        return self.made.card


class Kept(NamedTuple):
    """What was committed: the evidence commit, the tree without `.factory/`, and the bytes of the whole's result."""

    evidence: Oid
    work: Oid
    tree: Oid
    result: bytes


def merged(house: House, main: Oid, files: Mapping[str, Entry | None]) -> Oid:
    """Main's tree with the cards' files in it: exactly what is stamped."""
    store = house.repo.store
    return store.edit(store.tree_of(main), files)


def keep(house: House, name: str, main: Oid, group: Sequence[Judged]) -> Kept:
    """The three commits on top of main. A failed attempt is kept alone, with `name` its card's id."""
    store, now = house.repo.store, int(house.clock.now())
    files = {path: entry for one in group for path, entry in one.made.files.items()}
    plans = {f"{FOLDER}/{one.card.id}/plan.json": attempts.to_json(one.made.plan) for one in group}
    planned = store.edit(store.tree_of(main), _blobs(house, plans))
    numbers = " ".join(f"{one.card.id}#{one.made.plan.attempt}" for one in group)

    def commit(step: str, tree: Oid, parent: Oid, text: str) -> Oid:
        trailers = [("Factory-Event", step), ("Factory-Half", name), ("Factory-Cards", numbers)]
        message = objects.message(f"{step}({name}): {text}", trailers=trailers)
        return store.write_commit(Commit(tree, (parent,), message, now))

    plan = commit("plan", planned, main, many(len(group), "card"))
    with_work = store.edit(planned, files)
    work = commit("work", with_work, plan, many(len(files), "file"))
    tree = store.edit(with_work, {RESERVED: None})
    proof = _proof(house, group, {"main": main, "plan": plan, "work": work, "gate_tree": tree})
    whole = _whole(group, proof, {"base": main, "work": work, "gate_tree": tree})
    with_proof = store.edit(with_work, _blobs(house, {**proof, RESULT: whole}))
    status = Answer.PASS if all(one.verdict.passed for one in group) else Answer.FAIL
    return Kept(commit("evidence", with_proof, work, status.value), work, tree, whole)


def _blobs(house: House, files: Mapping[str, bytes]) -> dict[str, Entry | None]:
    return {path: Entry(FILE, house.repo.store.write_blob(content)) for path, content in files.items()}


def _proof(house: House, group: Sequence[Judged], git_info: dict[str, str]) -> dict[str, bytes]:
    """Each card's result and evidence pack, by path."""
    found: dict[str, bytes] = {}
    for one in group:
        result = _result(one, git_info)
        work, plan = one.made.work, one.made.plan
        pack = evidence.pack(
            plan, result, one.verdict, stdout=work.stdout, stderr=work.stderr, exit_code=work.exit_code,
            history=work.history, git_info={"base": plan.base, **git_info, "algorithm": house.repo.algorithm},
            report=work.report.model_dump(mode="json"), known_secrets=house.secrets,
            extra={**work.extra, "README.md": _readme(one, git_info)},
        )  # fmt: skip
        if wrong := evidence.faults(pack):
            raise CouldNotRun(f"the evidence of {one.card.id} is not complete: {wrong[0]}")
        found[f"{FOLDER}/{one.card.id}/result.json"] = attempts.to_json(result)
        found |= {f"{FOLDER}/{one.card.id}/evidence/{name}": content for name, content in pack.items()}
    return found


def _result(one: Judged, git_info: Mapping[str, str]) -> Result:
    made, verdict, report = one.made, one.verdict, one.made.work.report
    return Result(
        ticket_id=one.card.id,
        attempt=made.plan.attempt,
        status=verdict.status,
        triage=verdict.triage or "",
        fingerprint=verdict.fingerprint,
        gate_results=verdict.gate_results,
        guards=verdict.guards,
        criteria=(),
        tests=verdict.tests,
        base=made.plan.base,
        work=git_info["work"],
        gate_tree=git_info["gate_tree"],
        files_changed=tuple(sorted(made.files)),
        kpi_summary={"duration_seconds": made.seconds, "calls": report.calls, "cost_usd": report.cost_usd},
        duration_seconds=made.seconds,
        model_used=redact.one_line(report.model, 72),
        calls=report.calls,
        tokens_in=report.tokens_in,
        tokens_out=report.tokens_out,
        cost_estimate_usd=report.cost_usd,
        evidence_path=f"{FOLDER}/{one.card.id}/evidence",
    )


def _whole(group: Sequence[Judged], proof: Mapping[str, bytes], git_info: Mapping[str, str]) -> bytes:
    """`.factory/result.json`: the digest of every card's result; `Factory-Result` is the sha256 of this."""
    digests = {one.card.id: hashlib.sha256(proof[f"{FOLDER}/{one.card.id}/result.json"]).hexdigest() for one in group}
    value: dict[str, Any] = {"cards": digests, **git_info}
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _readme(one: Judged, git_info: Mapping[str, str]) -> bytes:
    """How to see it again: the gate of a PATCH is the whole gate, that of any other card is its own accept."""
    again = f"    git show {git_info['gate_tree']}:{one.card.output}\n"
    if one.card.type == "PATCH":
        again = f"    factory gate --tree {git_info['gate_tree']}\n"
    return (
        f"What {one.card.id} wrote, in a clone of this repository (`factory verify --rerun` judges it again):\n"
        f"{again}What its accept asked is in plan.json; gate.log and verify_report.json say what was found.\n"
    ).encode()
