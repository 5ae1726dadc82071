"""What a card asks of an attempt: of its scope and its output, and of the tree that would be stamped."""

from __future__ import annotations

import io
from collections.abc import Callable

from factory.cards.accept import accept
from factory.cards.card import WorkItem
from factory.gate.gate import Gate
from factory.git.store import Store
from factory.line import booking, judging
from factory.line.item import Done
from factory.line.trades import GroupMerge
from factory.model import Conclusion, Finding, Oid, Plan, Terms, Triage, Verdict
from factory.records.card_plans import card_of, may_touch
from factory.tree import matches


def own_gate(store: Store, done: Done, card: WorkItem, forbidden: tuple[str, ...]) -> judging.Refusal | None:
    """Why the attempt is no good whatever main is: its scope, its output."""
    files = done.change.files
    wrong = [path for path in sorted(files) if matches(path, forbidden) or not may_touch(card, path)]
    said = "is not what this card may write"
    found = tuple(Finding(guard="scope", path=path, message=said, triage=Triage.SCOPE) for path in wrong)
    if found:
        return Triage.SCOPE, list(map(str, found)), found
    content = _output(store, done, card)
    if content is None:
        return Triage.EMPTY, [f"{card.output} was not written"], ()
    reasons = accept(card, io.BytesIO(content))
    return (Triage.SCHEMA, reasons, ()) if reasons else None


def _output(store: Store, done: Done, card: WorkItem) -> bytes | None:
    """The output as the attempt left it; None where there is none, or no plain file."""
    files, base = done.change.files, store.tree_of(done.plan.base)
    entry = files[card.output] if card.output in files else store.entry(base, card.output)
    return store.read(entry.oid, "blob") if entry is not None and entry.mode.startswith("100") else None


def judge(gate: Gate, store: Store, plan: Plan, merged: GroupMerge, say: Callable[[str], None]) -> Verdict:
    """The second half of a card's gate, on main with the card's files and those of the cards beside it."""
    card = card_of(plan)
    log = [f"== {card.id}: accept"]
    if command := card.accept.command:
        ran = gate.command(merged.tree, command)
        log += [f"$ {command}", ran.output.rstrip("\n"), f"exit code {ran.code}"]
        if ran.answer is not Conclusion.PASS:
            said = f"accept: `{command}` " + ("ran into its time limit" if ran.timed_out else f"ended with {ran.code}")
            triage = Triage.ENVIRONMENT if ran.answer is Conclusion.COULD_NOT_RUN else Triage.TEST
            verdict = booking.refused(triage, [said], log="\n".join([*log, said]) + "\n")
            return verdict.model_copy(update={"status": ran.answer})
    if card.type == "PATCH":
        work = without_output(store, card, merged.main, merged.tree)
        plan = plan.model_copy(update={"base": merged.main})
        return gate.judge(plan, Terms(), main=merged.main, tree=merged.tree, work=work, say=say)
    return Verdict(status=Conclusion.PASS, log="\n".join([*log, "accepted"]) + "\n")


def without_output(store: Store, card: WorkItem, main: Oid, tree: Oid) -> Oid:
    """The tree with the card's own output as main has it: data is not judged as code is."""
    return store.edit(tree, {card.output: store.entry(store.tree_of(main), card.output)})


def changed(store: Store, done: Done, main: Oid) -> str:
    """The first path that the attempt wrote or read, and that main has changed since it began."""
    then, now = store.tree_of(done.plan.base), store.tree_of(main)
    if then == now:
        return ""
    paths = (*done.change.files, *done.item.reads)
    return next((path for path in paths if store.entry(then, path) != store.entry(now, path)), "")
