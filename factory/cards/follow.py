"""What TAG cards found becomes the next backlog by itself: the second pass touches only what was tagged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from factory.cards.backlog import json_line, json_lines
from factory.cards.card import Input, WorkItem
from factory.cards.compile import after_inputs, base_input, card_of, groups
from factory.cards.dayplan import DayPlan, Template, day_of
from factory.cards.serials import Serials
from factory.cards.shapes import misfit
from factory.cards.written import Written
from factory.errors import Mistake


def due_follows(backlog: Sequence[WorkItem], done_ids: Collection[str]) -> tuple[str, ...]:
    """The follow-ups whose cards are all done, in the order of the backlog; each is to be compiled once."""
    feeding: dict[str, bool] = {}
    for card in backlog:
        if name := card.input.follow:
            feeding[name] = feeding.get(name, True) and card.id in done_ids
    return tuple(name for name, ready in feeding.items() if ready)


def feeders(backlog: Sequence[WorkItem], name: str) -> tuple[WorkItem, ...]:
    """The cards whose outputs a follow-up's strike list is made from."""
    return tuple(card for card in backlog if card.input.follow == name)


def strike_list_path(plan: Written[DayPlan], name: str) -> str:
    """`…/strike_list.jsonl` for the follow-up named strike."""
    return f"{plan.value.output}/{day_of(plan.path)}/{name}_list.jsonl"


def strike_list(outputs: Iterable[bytes], path: str = "strike_list.jsonl") -> bytes:
    """The tags of all outputs, in order of path and place, each once. Mistake where one is not a tag.

    Records that carry an error are left out: nothing is tagged there, and the card that wrote them has answered for it.
    """
    tags: set[tuple[str, int, int, str, bytes]] = set()
    for output in outputs:
        for number, record in json_lines(output, path):
            if fault := misfit(record, "tag"):
                raise Mistake(f"not a tag: {fault}", path=path, line=number, remedy="run its TAG card again")
            if not record.get("error"):
                tags.add((record["path"], record["start"], record["end"], record["rule"], json_line(record)))
    return b"".join(tag[-1] for tag in sorted(tags))


def compile_follow(
    plan: Written[DayPlan], name: str, strikes: bytes, backlog: Sequence[WorkItem], *, used: Iterable[str] = ()
) -> tuple[WorkItem, ...]:
    """A follow-up's cards, and those of the follow-ups after it; none where nothing was tagged.

    `backlog` holds the cards that fed the list: their root and rules go on. `used` are ids of other backlogs.
    """
    path = strike_list_path(plan, name)
    tagged = tuple(dict.fromkeys(record["path"] for _, record in json_lines(strikes, path)))
    if not tagged:
        return ()
    serials = Serials((*used, *(card.id for card in backlog)))
    template = plan.value.follow[name]
    base = _base(plan, name, template, feeders(backlog, name)).model_copy(update={"reads": (path,)})
    given = (base.model_copy(update={"paths": tuple(paths)}) for paths in groups(tagged, template.per))
    made = {name: tuple(card_of(plan, template, serials, one, ()) for one in given)}
    for other, later in _later(plan, name):
        inputs = after_inputs(plan, other, later, made)
        made[other] = tuple(card_of(plan, later, serials, one, deps) for one, deps in inputs)
    return tuple(card for cards in made.values() for card in cards)


def _base(plan: Written[DayPlan], name: str, template: Template, feeding: Sequence[WorkItem]) -> Input:
    """What every card of the follow-up is given: the rules that tagged, as the tagging cards had them."""
    if not feeding:
        raise plan.mistake(f"follow.{name}: no card of the backlog feeds it", "follow", name, remedy="compile the plan")
    rules = {rule.name: rule for card in feeding for rule in card.input.rules}
    base = base_input(plan, template, feeding[0].input.root)
    return base.model_copy(update={"rules": base.rules or tuple(rules.values())})


def _later(plan: Written[DayPlan], name: str) -> Iterator[tuple[str, Template]]:
    """The follow-ups that come after one, in the order of the plan."""
    reached = {name}
    for other, template in plan.value.follow.items():
        if reached.intersection(template.after):
            reached.add(other)
            yield other, template
