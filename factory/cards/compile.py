"""A day plan and the files that it names, to cards: the only way in which a day's cards are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from factory.cards.card import Input, WorkItem
from factory.cards.dayplan import DayPlan, Template, day_of, read_week_plan
from factory.cards.places import PLANS, week_plan_path
from factory.cards.rule import CardRule
from factory.cards.serials import Serials
from factory.cards.sources import ListFolder, files_of, list_folder
from factory.cards.written import Written
from factory.tree import Tree

T = TypeVar("T")
Made = Mapping[str, Sequence[WorkItem]]


def compile_day(
    plan: Written[DayPlan], tree: Tree, *, used: Iterable[str] = (), list_folder: ListFolder = list_folder
) -> tuple[WorkItem, ...]:
    """The day's cards: same plan, files and `used` ids (see `used_before`), same cards. Mistake, with file and line."""
    check_week(plan, tree)
    serials = Serials(used)
    made: dict[str, tuple[WorkItem, ...]] = {}
    for name, template in plan.value.cards.items():
        inputs = _inputs(plan, name, template, made, tree, list_folder)
        made[name] = tuple(card_of(plan, template, serials, given, deps) for given, deps in inputs)
    return tuple(card for cards in made.values() for card in cards)


def card_of(
    plan: Written[DayPlan], template: Template, serials: Serials, given: Input, deps: Sequence[WorkItem]
) -> WorkItem:
    """One card from its template and what it is to work on."""
    lane = plan.value.lanes[template.lane]
    card_id = serials.next(template.lane, template.type)
    return WorkItem(
        id=card_id,
        lane=template.lane,
        prio=template.prio or lane.prio,
        type=template.type,
        input=given,
        output=f"{plan.value.output}/{day_of(plan.path)}/{card_id}.jsonl",
        accept=template.accept,
        failfast=template.failfast,
        cost_hint=template.cost_hint or lane.cost_hint,
        deps=tuple(card.id for card in deps),
    )


def base_input(plan: Written[DayPlan], template: Template, root: str) -> Input:
    """What all cards of a template are given alike."""
    worker = plan.value.lanes[template.lane].worker if template.worker is None else template.worker
    rules = tuple(CardRule(name=name, **dict(plan.value.rules[name])) for name in template.rules)
    return Input(root=root, rules=rules, worker=worker, follow=template.follow or "")


def groups(things: Sequence[T], per: int | str) -> Iterator[Sequence[T]]:
    """Runs of `per` things, or all of them in one."""
    size = max(len(things), 1) if isinstance(per, str) else per
    return (things[at : at + size] for at in range(0, len(things), size))


def after_inputs(
    plan: Written[DayPlan], name: str, template: Template, made: Made
) -> Iterator[tuple[Input, Sequence[WorkItem]]]:
    """Cards that read what earlier cards wrote: each is given `per` of their outputs."""
    earlier = [card for above in template.after for card in made[above]]
    roots = {card.input.root for card in earlier}
    if len(roots) > 1:
        remedy = "write one template for each root"
        raise plan.mistake(f"{name}: the cards in after work on {len(roots)} roots", "cards", name, remedy=remedy)
    base = base_input(plan, template, roots.pop() if roots else "")
    for cards in groups(earlier, template.per):
        yield base.model_copy(update={"reads": tuple(card.output for card in cards)}), cards


def _inputs(
    plan: Written[DayPlan], name: str, template: Template, made: Made, tree: Tree, list_folder: ListFolder
) -> Iterator[tuple[Input, Sequence[WorkItem]]]:
    """What each card of a template works on, and the cards that it needs first."""
    if template.source is not None:
        deps = [card for above in template.after for card in made[above]]
        base = base_input(plan, template, plan.value.sources[template.source].root)
        for paths in groups(files_of(plan, template.source, tree, list_folder), template.per):
            yield base.model_copy(update={"paths": tuple(paths)}), deps
    elif template.after:
        yield from after_inputs(plan, name, template, made)
    else:
        yield base_input(plan, template, ""), ()


def check_week(plan: Written[DayPlan], tree: Tree) -> None:
    """A day in a planned week serves one of the week's goals, and a goal that is served is a goal of that week."""
    path = week_plan_path(day_of(plan.path))
    if path not in tree.entries():
        if plan.value.serves is not None:
            what = f"serves {plan.value.serves}, and there is no {path}"
            raise plan.mistake(what, "serves", remedy=f"write the week's plan below {PLANS}, or leave serves out")
        return
    goals = [goal.id for goal in read_week_plan(path, tree.read(path)).value.goals]
    if plan.value.serves not in goals:
        what = f"serves {plan.value.serves or 'no goal'}, and {path} has {', '.join(goals)}"
        raise plan.mistake(what, "serves", remedy="name one of them in serves")
