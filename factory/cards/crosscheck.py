"""What a day plan says in one place must fit what it says in another."""

from __future__ import annotations

from factory.cards.card import TYPES
from factory.cards.dayplan import MAX_LINES, DayPlan, Template, day_of
from factory.cards.patterns import pattern_fault
from factory.cards.shapes import shape_fault
from factory.cards.written import Written, read_written


def crosscheck(plan: Written[DayPlan], types: frozenset[str]) -> None:
    """Mistake, with file and line, for the first thing that does not fit."""
    for name, rule in plan.value.rules.items():
        if rule.ast and (fault := pattern_fault(rule.language, rule.ast)):
            raise plan.mistake(f"rules.{name}.ast: {fault}", "rules", name, "ast")
    if twice := next((name for name in plan.value.follow if name in plan.value.cards), None):
        raise plan.mistake(f"follow.{twice} is a name under cards too", "follow", twice, remedy="rename one")
    for section in ("cards", "follow"):
        above: set[str] = set()
        for name, template in getattr(plan.value, section).items():
            _names(plan, section, name, template, above, types)
            _roles(plan, section, name, template)
            above.add(name)
    _fed(plan)


def _names(
    plan: Written[DayPlan], section: str, name: str, card: Template, above: set[str], types: frozenset[str]
) -> None:
    """Every word that a template uses is declared."""

    def known(key: str, word: object, among: object, remedy: str) -> None:
        if word not in among:  # type: ignore[operator]
            raise plan.mistake(f"{section}.{name}.{key}: there is no {word}", section, name, key, remedy=remedy)

    known(
        "type", card.type, types, f"known: {', '.join(sorted(types))}; [cards] types in ssot/factory.toml adds others"
    )
    known("lane", card.lane, plan.value.lanes, "declare it under lanes")
    if card.source is not None:
        known("source", card.source, plan.value.sources, "declare it under sources")
    for word in card.after:
        known("after", word, above, f"name a template above this one in {section}")
    for word in card.rules:
        known("rules", word, plan.value.rules, "declare it under rules")
    if card.follow is not None:
        known("follow", card.follow, plan.value.follow, "declare it under follow")
    if fault := shape_fault(card.accept.shape):
        raise plan.mistake(f"{section}.{name}.accept.schema: {fault}", section, name, "accept", "schema")


def _roles(plan: Written[DayPlan], section: str, name: str, card: Template) -> None:
    """A template has what its type needs."""
    built_in = not (plan.value.lanes[card.lane].worker if card.worker is None else card.worker)
    fault = ""
    if card.type == "TAG" and not card.rules:
        fault = "a TAG card needs rules"
    elif card.type == "SCAN" and card.source is None:
        fault = "a SCAN card needs a source"
    elif card.type in ("VERIFY", "SEAL") and section == "cards" and card.source is None and not card.after:
        fault = f"a {card.type} card needs a source, or templates in after"
    elif card.type == "TAG" and built_in and not card.after:
        fault = "the built-in TAG worker reads an index: name a SCAN template in after"
    elif card.type == "STRIKE" and built_in and section == "cards":
        fault = "the built-in STRIKE worker reads a strike list: put the template under follow"
    elif section == "follow" and card.source is not None:
        fault = "a follow-up takes its files from the tags, not from a source"
    elif section == "follow" and card.follow is not None:
        fault = "a follow-up feeds no other; put the next pass in the next day's plan"
    elif card.type != "TAG" and card.follow is not None:
        fault = "only TAG cards have a follow"
    if fault:
        raise plan.mistake(f"{section}.{name}: {fault}", section, name)


def _fed(plan: Written[DayPlan]) -> None:
    """Every follow-up belongs to one strike list: by a TAG template's `follow`, or after one that does."""
    fed = {card.follow for card in plan.value.cards.values()}
    list_of: dict[str, str] = {}
    for name, card in plan.value.follow.items():
        lists = {list_of[above] for above in card.after} | ({name} if name in fed else set())
        if len(lists) != 1:
            what = f"follow.{name}: it belongs to {len(lists)} strike lists, not to one"
            remedy = f"write `follow: {name}` in a TAG template, or `after` one follow-up"
            raise plan.mistake(what, "follow", name, remedy=remedy)
        list_of[name] = lists.pop()
    for name, card in plan.value.cards.items():
        same = [other for other in plan.value.cards if plan.value.cards[other].follow == card.follow is not None]
        roots = {root_of(plan.value, other) for other in same}
        if len(roots) > 1:
            raise plan.mistake(f"cards.{name}.follow: its tags are of {len(roots)} roots", "cards", name, "follow")


def root_of(plan: DayPlan, name: str) -> str:
    """The root that a template's cards work on; empty: the repository."""
    card = plan.cards[name]
    if card.source is not None:
        return plan.sources[card.source].root
    return root_of(plan, card.after[0]) if card.after else ""


def read_day_plan(path: str, content: bytes, *, types: frozenset[str] = TYPES) -> Written[DayPlan]:
    """The plan, checked as far as it can be without its files. Mistake, with file and line."""
    day_of(path)
    plan = read_written(DayPlan, path, content, max_lines=MAX_LINES)
    crosscheck(plan, types)
    return plan
