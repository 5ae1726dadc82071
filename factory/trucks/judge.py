"""The second half of a card's gate, on the tree that would be stamped: its command, and for a PATCH the whole gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from factory.cards.card import WorkItem
from factory.gate.gate import Gate
from factory.gate.triage import fingerprint
from factory.git.store import Store
from factory.model import Answer, Oid, Plan, Terms, Triage, Verdict

Say = Callable[[str], None]


def refused(triage: Triage, failed: Sequence[str], log: str = "", status: Answer = Answer.FAIL) -> Verdict:
    text = "\n".join(failed)
    return Verdict(
        status=status, triage=triage, fingerprint=fingerprint(triage, text), failed=tuple(failed), log=log or text
    )


def judge(gate: Gate, store: Store, card: WorkItem, plan: Plan, main: Oid, tree: Oid, say: Say) -> Verdict:
    """The verdict on a tree that is main with the card's files (and those of the cards beside it)."""
    log = [f"== {card.id}: accept"]
    if command := card.accept.command:
        ran = gate.command(tree, command)
        log += [f"$ {command}", ran.output.rstrip("\n"), f"exit code {ran.code}"]
        if ran.answer is not Answer.PASS:
            said = f"accept: `{command}` " + ("ran into its time limit" if ran.timed_out else f"ended with {ran.code}")
            triage = Triage.ENVIRONMENT if ran.answer is Answer.COULD_NOT_RUN else Triage.TEST
            return refused(triage, (said,), "\n".join([*log, said]) + "\n", ran.answer)
    if card.type == "PATCH":
        plan = plan.model_copy(update={"base": main})
        work = without_output(store, card, main, tree)
        return gate.judge(plan, Terms(), main=main, tree=tree, work=work, say=say)
    return Verdict(status=Answer.PASS, log="\n".join([*log, "accepted"]) + "\n")


def without_output(store: Store, card: WorkItem, main: Oid, tree: Oid) -> Oid:
    """The tree with the card's own output as main has it: data is not judged as code is."""
    return store.edit(tree, {card.output: store.entry(store.tree_of(main), card.output)})
