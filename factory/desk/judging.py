"""Commands that judge: verify, audit, the gate and its tiers, the guards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from factory.desk import commands
from factory.desk.caller import Caller
from factory.desk.commands import Command
from factory.errors import Exit
from factory.line.answer import Answer

if TYPE_CHECKING:
    from factory.model import Verdict


def verify(caller: Caller, asked: commands.Verify | commands.EvidenceCheck) -> Answer:
    from factory.plain import many
    from factory.verify.rerun import checked

    again = isinstance(asked, commands.Verify) and asked.rerun
    found = checked(caller.path, caller.environ, again, caller.tell)
    lines = [f"{bad.stamp[:12]} {bad.ticket}: {bad.why}" for bad in found.bad]
    lines.append(f"{many(found.stamps, 'stamp')}, {found.ok} good, {many(len(found.bad), 'fault')}")
    bad = [{"stamp": bad.stamp, "ticket": bad.ticket, "why": bad.why} for bad in found.bad]
    told = [one.as_json() for one in found.told]
    return Answer(
        text="\n".join([*lines, *(one.what for one in found.told)]),
        exit=Exit.FAIL if found.bad else Exit.OK,
        data={"stamps": found.stamps, "ok": found.ok, "bad": bad, "told": told},
    )


def audit(caller: Caller, asked: commands.Audit) -> Answer:
    from factory.desk.audit import audit as read_again

    found = read_again(caller.path, asked.item, caller.environ, caller.tell)
    code = Exit.OK if found.verdict.value == "PASS" else Exit.FAIL
    return Answer(text="\n".join(found.lines()), data=found.model_dump(mode="json"), exit=code)


def gate(caller: Caller, asked: commands.RunGate) -> Answer:
    if asked.work is None:
        return _tiers(caller, asked, ("guards", "doctor", "fast", "regression", "kept"))
    from factory.operator.again import again

    return _told(again(caller.path, caller.environ, asked.work, asked.base, caller.tell), asked.name)


def tier(caller: Caller, asked: commands.Tier) -> Answer:
    return _tiers(caller, asked, (asked.name,))


def _tiers(caller: Caller, asked: commands.Tier, tiers: tuple[str, ...]) -> Answer:
    from factory.operator import byhand

    found = byhand.gate(caller.path, caller.environ, asked.tree, tiers, caller.tell, fresh=asked.fresh)
    return _told(found, asked.name)


def _told(found: Verdict, name: str) -> Answer:
    text = "\n".join([found.log.rstrip("\n"), *found.failed, f"{name}: {found.status.value}"])
    code = {"PASS": Exit.OK, "FAIL": Exit.FAIL}.get(found.status.value, Exit.COULD_NOT_RUN)
    return Answer(text=text, data=found.model_dump(mode="json", exclude={"log"}), exit=code)


def guard(caller: Caller, asked: commands.RunGuards | commands.DocOps) -> Answer:
    from factory.operator import byhand

    one = asked if isinstance(asked, commands.RunGuards) else commands.RunGuards("docops")
    if one.explain:
        return _explained(one.explain)
    index = caller.environ.get("GIT_INDEX_FILE")
    found = byhand.guard(caller.path, one.guard, staged=one.staged, index=index)
    lines: list[str] = []
    for name, findings in found.items():
        lines += [f"flagged: {finding}" if finding.flag else str(finding) for finding in findings]
        lines.append(f"{name}: {'PASS' if all(f.flag for f in findings) else 'FAIL'}")
    data = {name: [f.model_dump(mode="json") for f in findings] for name, findings in found.items()}
    good = all(f.flag for findings in found.values() for f in findings)
    return Answer(text="\n".join(lines), data=data, exit=Exit.OK if good else Exit.FAIL)


def _explained(name: str) -> Answer:
    import guards

    rules = guards.explained(name)
    is_guard = name in guards.NAMES
    text = "\n".join(f"{rule.id}: {rule.forbids}" for rule in rules) if is_guard else str(rules[0])
    data = [{"rule": r.id, "forbids": r.forbids, "why": r.why, "bad": r.bad, "good": r.good} for r in rules]
    return Answer(text=text, data=data)


DOES: Mapping[type[Command], Callable[[Caller, Any], Answer]] = {
    commands.Verify: verify,
    commands.EvidenceCheck: verify,
    commands.Audit: audit,
    commands.RunGate: gate,
    commands.Doctor: tier,
    commands.Fast: tier,
    commands.Regression: tier,
    commands.RunGuards: guard,
    commands.DocOps: guard,
}
