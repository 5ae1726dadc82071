"""The day's report: facts -> one page of Markdown, English first, then Korean. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from factory.clock import clock_face
from factory.model import Triage
from factory.money.spend import dollars
from factory.plain import whole_line
from factory.records.halves import Half
from factory.records.record import NO_STAMP
from factory.reports.cards import CardsDay
from factory.reports.daily import Day
from factory.reports.phrases import BOTH, ENGLISH, Phrases

BLOCKED_CARDS = 20  # that are told one by one


def path(date: dt.date) -> str:
    """Where the page lies in the ledger's tree."""
    return f"reports/daily_{date:%Y%m%d}.md"


def page(day: Day) -> str:
    """The whole page."""
    parts = [f"# Factory report, {day.date.isoformat()} ({day.zone})"]
    for words in BOTH:
        parts += [f"## {words.title}", *_language(day, words)]
    return "\n\n".join(parts) + "\n"


def _language(day: Day, words: Phrases) -> Iterator[str]:
    named = {"day": words.days[day.past]}
    yield _counts(day, words)
    if day.today or not (day.cards and day.cards.stamped):
        yield words.today.format(", ".join(day.today), **named) if day.today else words.nothing_today.format(**named)
    if day.unread:
        yield words.no_reader.format(", ".join(day.unread))
    if day.absent is not None:
        yield words.absent + (" " + words.absent_brings.format(day.absent) if day.absent else "")
    if day.failed:
        yield words.failed.format(day.failed, **named)
    if day.cards:
        yield from _cards(day.cards, words, named)
    yield from _booked(day, words, named) if day.absent is None else ()
    told = "\n".join(_reasons(day, words))
    if told or day.absent is None:
        yield f"### {words.reasons}\n\n" + (told or words.no_reasons)
    yield _next(day, words)
    yield f"**{words.child}:** {_child(day, words)}"


def _booked(day: Day, words: Phrases, named: dict[str, str]) -> Iterator[str]:
    """What stands in the ledger alone: the boxes, and the money."""
    yield f"### {words.boxes}\n\n" + ("\n".join(_box(half, words) for half in day.boxes) or words.no_boxes)
    paid = {"usd": _money(day.spent.usd, words), "month": _money(day.month_usd, words), "date": day.date}
    yield words.spent.format(**{**day.spent.model_dump(), **paid, **named})
    if day.reserved.usd:
        yield words.reserved.format(usd=_money(day.reserved.usd, words))


def _counts(day: Day, words: Phrases) -> str:
    if day.fault:
        return words.unread.format(_quoted(day.fault))
    failed = day.failed if day.absent is None else "?"
    row = (day.created, day.done, failed, len(day.blocked), day.waiting)
    return _table(words.counts, row, words.days[day.past])


def _money(usd: float | Decimal, words: Phrases) -> str:
    return words.money.format(dollars(usd))


def _cards(cards: CardsDay, words: Phrases, named: dict[str, str]) -> Iterator[str]:
    row = (cards.created, cards.done, cards.failed, len(cards.blocked), cards.waiting)
    yield f"### {words.cards}\n\n" + _table(words.cards_counts, row, named["day"])
    yield words.cards_today.format(cards.stamped, **named)
    if cards.strikes:
        told = ", ".join(f"{words.action.get(action, action)} {times:,}" for action, times in cards.strikes)
        yield words.strikes.format(sum(times for _, times in cards.strikes), cards.struck, told, **named)
    else:
        yield words.no_strikes.format(**named)


def _table(head: Iterable[str], row: tuple[int | str, ...], day: str) -> str:
    names = " | ".join(head).format(day=day)
    return f"| {names} |\n|{'---|' * len(row)}\n| {' | '.join(map(str, row))} |"


def _box(half: Half, words: Phrases) -> str:
    told = []
    if half.failed:
        told.append(words.box_failed.format(", ".join(half.failed)))
    if half.returned:
        told.append(words.box_returned.format(", ".join(half.returned)))
    if half.stopped:
        told.append(words.box_stopped.format(_quoted(half.stopped)))
    return f"- {half.name} ({half.date}): {'; '.join(told)}"


def _reasons(day: Day, words: Phrases) -> Iterator[str]:
    for stop in day.stops:
        if stop.kind != "done":
            exact = "" if stop.why == ENGLISH.stop[stop.kind] else stop.why
            yield f"- {_told(words.stop[stop.kind], stop.kind, exact, words)}" + (words.over if stop.over else "")
    for ticket in day.waits:
        yield "- " + words.waits.format(ticket.ticket, _quoted(ticket.why))
    for blocked in day.blocked:
        yield "- " + words.blocked.format(blocked.ticket, _why(blocked.triage, blocked.why, words))
    for name, why in day.red[:BLOCKED_CARDS]:
        yield "- " + words.red.format(whole_line(name), f"({_quoted(why)})" if why else "")
    for card in day.cards.blocked[:BLOCKED_CARDS] if day.cards else ():
        yield "- " + words.blocked.format(card.card, _why(card.triage, card.why, words))


def _why(triage: Triage | None, why: str, words: Phrases) -> str:
    if triage is None:
        return words.by_hand.get(why) or (_quoted(why) if why else words.untold)
    return _told(words.why[triage], triage.value, why, words)


def _told(plain: str, kind: str, why: str, words: Phrases) -> str:
    """The sentence of its kind, with the exact reason: in the page's language where it has it, and as it was told."""
    why = whole_line(why)
    by_hand = words.by_hand.get(why)
    exact = [by_hand] if by_hand else [words.detail(kind, why), _quoted(why) if why else None]
    told = ": ".join(filter(None, exact))
    return f"{plain} ({told})" if told else plain


def _next(day: Day, words: Phrases) -> str:
    if day.asleep:
        until = day.asleep.until and clock_face(day.asleep.until, ZoneInfo(day.zone))
        return words.asleep.format(words.waits_for[day.asleep.kind]) + (words.latest.format(until) if until else "")
    if day.run:
        return words.run[day.run]
    if day.absent:
        return words.next.format(day.absent)
    if day.blocked and not day.waiting and day.next in ("", f"factory log {day.blocked[0].ticket}"):
        return words.next.format(f"factory log {day.blocked[0].ticket}") + "\n\n" + _look_at(day, words)
    if day.next:
        return words.next.format(day.next)
    waits = day.waiting or (day.cards is not None and day.cards.waiting)
    return words.next.format("factory run") if waits else words.next_none


def _look_at(day: Day, words: Phrases) -> str:
    first = day.blocked[0]
    return (words.next_no_stamp if first.why == NO_STAMP else words.next_blocked).format(first.ticket)


def _child(day: Day, words: Phrases) -> str:
    """One line that a ten-year-old understands."""
    if not day.created and not day.cards:
        return words.child_none
    numbers = {"created": day.created, "done": day.done, "blocked": len(day.blocked), "waiting": day.waiting}
    told = [(words.child_all if day.done == day.created else words.child_some).format(**numbers)] * bool(day.created)
    told += [words.child_cards.format(created=day.cards.created, done=day.cards.done)] if day.cards else []
    told += [words.child_hard.format(**numbers)] if day.blocked else []
    told += [words.child_waiting.format(**numbers)] if day.waiting else []
    cost = words.child_spent.format(usd=_money(day.spent.usd, words), day=words.days[day.past])
    told += [cost] if day.spent.usd else []
    return " ".join(told)


def _quoted(text: str) -> str:
    """Somebody else's words on one line that cannot become a heading, a table or a link of ours."""
    return "`" + whole_line(text).replace("`", "'") + "`"
