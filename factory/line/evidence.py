"""An attempt's commits: its work, and the evidence pack beside it, as far as the line makes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from factory.errors import DoesNotAddUp
from factory.executors.local import summary
from factory.line import booking
from factory.line.auditor import Opinion
from factory.line.house import House
from factory.line.item import Done
from factory.line.trades import GroupMerge, Judged, Packed
from factory.model import Conclusion, Oid, Result, Verdict
from factory.plain import json_text, many
from factory.records import attempts, evidence
from factory.records.attempts import Steps
from factory.records.compact import compact
from factory.workers import Work

AUDIT = "audit_report.json"


# --- a ticket's, which stand on its base -----------------------------------------------------------------


def with_work(house: House, done: Done) -> Done:
    """With its work commit under the attempt's ref; what a person handed in has none yet."""
    if done.commits and not done.kept:
        attempts.point(house.repo, done.plan, done.commits.work)
    if done.commits:
        return done
    said, now = summary(done.work, house.secrets), house.clock.now()
    work = attempts.keep_work(house.repo, done.plan, done.plan_commit, done.change.files, said, now)
    return done._replace(commits=work)


def keep_ticket(house: House, judged: Judged, merged: GroupMerge) -> Packed:
    """result.json and the evidence pack, committed under the attempt's ref."""
    done, plan = judged.done, judged.done.plan
    work = done.commits
    assert work is not None
    result = booking.conclude(house, done, work.work, merged.tree, judged.verdict)
    info = {"base": work.base, "plan": work.plan, "work": work.work, "main": merged.main, "gate_tree": merged.tree}
    pack = _pack(house, judged, result, info)
    commit = attempts.keep_evidence(house.repo, plan, work.work, result, pack, house.clock.now())
    return Packed(commit, {plan.ticket_id: result})


def _pack(
    house: House, judged: Judged, result: Result, info: Mapping[str, str], extra: Mapping[str, bytes] = {}
) -> dict[str, bytes]:
    """DoesNotAddUp where it is not complete."""
    done, plan = judged.done.work, judged.done.plan
    more = {**_further(done, judged.opinion, judged.verdict), **extra}
    report = done.report.model_dump(mode="json")
    left = evidence.Left(done.stdout, done.stderr, done.exit_code, done.history, report, more)
    git_info = {**info, "algorithm": house.repo.algorithm}
    pack = evidence.pack(plan, result, judged.verdict, left, git_info, house.secrets)
    if wrong := evidence.faults(pack):
        raise DoesNotAddUp(f"the evidence of {plan.ticket_id} is not complete: {wrong[0]}")
    return pack


def _further(done: Work, opinion: Opinion | None, verdict: Verdict) -> dict[str, bytes]:
    """What some attempts have beside the pack's own files."""
    found = dict(done.extra) | {name: (json_text(rows) + "\n").encode() for name, rows in verdict.more.items()}
    if "\n" in done.report.summary.strip():  # one line is in the work commit's subject already
        found["summary.md"] = compact(done.report.summary).text.encode()
    return found if opinion is None else {**found, AUDIT: json_text(opinion.model_dump(mode="json")).encode()}


# --- cards', which stand on the main that they are stamped on --------------------------------------------


def keep_cards(house: House, name: str, main: Oid, group: Sequence[Judged]) -> Packed:
    """The three commits for all cards of one stamp, or for one card that failed. `name`: the half, or the attempt."""
    files = {path: entry for one in group for path, entry in one.done.change.files.items()}
    numbers = " ".join(one.done.number for one in group)
    steps = Steps(house.repo, attempts.of_cards(name, numbers), house.clock.now())
    plans = {attempts.folder(one.done.item.id): one.done.plan for one in group}
    planned = steps.plan(main, plans, many(len(group), "card"))
    work = steps.work(planned, files, many(len(files), "file"))
    info = {"main": main, "plan": planned, "work": work.work, "gate_tree": work.tree}
    results = {one.done.item.id: _result_of_card(house, one, work.work, work.tree) for one in group}
    proof = {name: content for one in group for name, content in _proof(house, one, results, info).items()}
    whole = _whole(results, {"base": main, "work": work.work, "gate_tree": work.tree})
    status = Conclusion.PASS if all(one.verdict.passed for one in group) else Conclusion.FAIL
    return Packed(steps.evidence(work.work, {**proof, attempts.RESULT: whole}, status.value), results, whole)


def _result_of_card(house: House, one: Judged, work: Oid, tree: Oid) -> Result:
    at = f"{attempts.folder(one.done.item.id)}/evidence"
    return booking.conclude(house, one.done, work, tree, one.verdict).model_copy(update={"evidence_path": at})


def _proof(house: House, one: Judged, results: Mapping[str, Result], info: Mapping[str, str]) -> dict[str, bytes]:
    """A card's result and evidence pack, by path."""
    id, plan = one.done.item.id, one.done.plan
    readme = {"README.md": _readme(one, info["gate_tree"])}
    pack = _pack(house, one, results[id], {"base": plan.base, **info}, readme)
    at = attempts.folder(id)
    found = {f"{at}/evidence/{name}": content for name, content in pack.items()}
    return {f"{at}/result.json": attempts.to_json(results[id]), **found}


def _whole(results: Mapping[str, Result], info: Mapping[str, str]) -> bytes:
    """`.factory/result.json`: the digest of every card's result; `Factory-Result` is the sha256 of this."""
    digests = {card: hashlib.sha256(attempts.to_json(result)).hexdigest() for card, result in results.items()}
    value: dict[str, Any] = {"cards": digests, **info}
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _readme(one: Judged, tree: Oid) -> bytes:
    """How to see it again: the gate of a PATCH is the whole gate, that of any other card is its own accept."""
    again = f"    factory gate --tree {tree}\n" if one.done.item.alone else f"    git show {tree}\n"
    return (
        f"What {one.done.item.id} wrote, in a clone of this repository (`factory verify --rerun` judges it again):\n"
        f"{again}What its accept asked is in plan.json; gate.log and verify_report.json say what was found.\n"
    ).encode()
