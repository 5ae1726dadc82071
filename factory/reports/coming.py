"""The end of the day's report: what comes next, the command that goes on, and what the day meant. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from factory.records.record import NO_STAMP
from factory.reports.blocks import Block, Bullets, Paragraph, Title, said
from factory.reports.daily import Day
from factory.reports.wording import Phrases

MOST = 20  # due tickets that are told one by one
FIRST = 3  # titles that a child is told


def due(day: Day, words: Phrases) -> Iterator[Block]:
    """What the next run takes up."""
    if not (day.due or day.planned):
        return
    yield Title(words.due, 3)
    waits = [words.due_waits.format(", ".join(one.deps)) if one.deps else "" for one in day.due]
    told = [f"**{one.ticket}** {said(one.title)}{after}" for one, after in zip(day.due, waits, strict=True)]
    more = [words.due_more.format(len(told) - MOST)] if len(told) > MOST else []
    yield Bullets((*told[:MOST], *more)) if told else Paragraph(words.due_none)
    if day.planned:
        yield Paragraph(words.due_planned.format(day.planned))


def go_on(day: Day, words: Phrases) -> Iterator[Block]:
    """The command that goes on."""
    waits = day.waiting or (day.cards is not None and day.cards.waiting)
    if day.asleep:
        latest = words.latest.format(day.clock(day.asleep.until)) if day.asleep.until else ""
        yield Paragraph(words.asleep.format(words.waits_for[day.asleep.kind]) + latest)
    elif day.run:
        yield Paragraph(words.run[day.run])
    elif day.absent:
        yield Paragraph(words.next.format(day.absent))
    elif day.blocked and not day.waiting and day.next in ("", f"factory log {day.blocked[0].ticket}"):
        yield Paragraph(words.next.format(f"factory log {day.blocked[0].ticket}"))
        yield Paragraph(_look_at(day, words))
    elif day.next or waits:
        yield Paragraph(words.next.format(day.next or "factory run"))
    else:
        yield Paragraph(words.next_none)


def _look_at(day: Day, words: Phrases) -> str:
    first = day.blocked[0]
    return (words.next_no_stamp if first.why == NO_STAMP else words.next_blocked).format(first.ticket)


def for_a_child(day: Day, words: Phrases) -> str:
    """What the day meant, as a ten-year-old understands it."""
    if not day.created and not day.cards:
        return words.child_none
    numbers = {"created": day.created, "done": day.done, "blocked": len(day.blocked), "waiting": day.waiting}
    told = [(words.child_all if day.done == day.created else words.child_some).format(**numbers)] * bool(day.created)
    told += [words.child_day.format(new, day=words.days[day.past])] if (new := _new(day, words)) else []
    told += [words.child_cards.format(created=day.cards.created, done=day.cards.done)] if day.cards else []
    told += [words.child_hard.format(**numbers)] if day.blocked else []
    told += [words.child_waiting.format(**numbers)] if day.waiting else []
    cost = words.child_spent.format(usd=words.paid(day.spent.usd), day=words.days[day.past])
    told += [cost] if day.spent.usd else []
    return " ".join(told)


def _new(day: Day, words: Phrases) -> str:
    """The first titles of what was done."""
    titles = [said(one.title, 60) for one in day.worked if one.ticket in day.today and one.title]
    first = ", ".join(titles[:FIRST])
    return words.child_day_more.format(first, len(titles) - FIRST) if len(titles) > FIRST else first
