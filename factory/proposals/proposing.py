"""From a plan to edits in a room, by a model that answers in the schema of `hunks`: one question, one repair."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pydantic import ValidationError

from factory.proposals.context import choose
from factory.proposals.hunks import Proposal, apply, spelt
from factory.proposals.placing import place
from factory.proposals.prompt import prompt, repair
from factory.proposals.task import Task
from factory.tree import matches


class Spoken(NamedTuple):
    """One side's words: `user` or `model`."""

    role: str
    text: str


class Unusable(Exception):
    """An answer that cannot be used. `again`: asking once more may help."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        self.again = again
        super().__init__(why)


Ask = Callable[[tuple[Spoken, ...]], str]


def propose(task: Task, ask: Ask) -> str:
    """Asks, applies and places the edits; the model's summary. Unusable where even the repair did not help."""
    words = prompt(task.plan, task.rules, choose(task.files, task.plan), task.about())
    turns: tuple[Spoken, ...] = (Spoken("user", words),)
    try:
        text = ask(turns)
        proposal = _read(text)
    except Unusable as unusable:
        if not unusable.again:
            raise
        return _carry_out(task, _read(ask((*turns, Spoken("user", repair((), str(unusable)))))), None)
    return _carry_out(task, proposal, lambda words: _read(ask((*turns, Spoken("model", text), Spoken("user", words)))))


def _carry_out(task: Task, proposal: Proposal, ask_again: Callable[[str], Proposal] | None) -> str:
    """What does not apply goes back once, where that was not used up; nothing is placed until all applies."""
    applied = apply(
        spelt(proposal.edits, task.files.entries()), lambda path: _content(task, path), lambda path: _may(task, path)
    )
    files, rejected = dict(applied.files), applied.rejected
    if rejected and ask_again:
        again = ask_again(repair(rejected))
        edits = spelt(again.edits, task.files.entries())
        second = apply(edits, lambda p: files.get(p, _content(task, p)), lambda path: _may(task, path))
        files |= second.files
        tried = {edit.path for edit in edits}
        rejected = (*(r for r in rejected if r.path not in tried), *second.rejected)
    if rejected:
        raise Unusable("edits do not apply: " + "; ".join(map(str, rejected)))
    if failed := place(task.room, files):
        raise Unusable("edits cannot be placed: " + "; ".join(failed))
    return proposal.summary


def _may(task: Task, path: str) -> bool:
    scope = task.plan.scope
    return not matches(path, (*scope.forbidden, *scope.readonly)) and (not scope.modify or matches(path, scope.modify))


def _content(task: Task, path: str) -> bytes | None:
    try:
        return task.files.read(path)
    except KeyError:
        return None


def _read(text: str) -> Proposal:
    try:
        return Proposal.model_validate_json(text)
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
        raise Unusable(f"the answer is not by the schema ({what})", again=True) from None
