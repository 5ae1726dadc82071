"""The day's report: facts -> one page of Markdown, English first, then Korean. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from factory.model import Triage
from factory.plain import one_line
from factory.records.boxes import Half
from factory.reports.cards import CardsDay
from factory.reports.daily import Day
from factory.reports.phrases import BOTH, Phrases

REASON = 200  # characters of a reason
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
    yield _counts(day, words)
    if day.today or not (day.cards and day.cards.stamped):
        yield words.today.format(", ".join(day.today)) if day.today else words.nothing_today
    if day.unread:
        yield words.no_reader.format(", ".join(day.unread))
    if day.failed:
        yield words.failed.format(day.failed)
    if day.cards:
        yield from _cards(day.cards, words)
    yield f"### {words.boxes}\n\n" + ("\n".join(_box(half, words) for half in day.boxes) or words.no_boxes)
    yield words.spent.format(**day.spent.model_dump(), month=day.month_usd)
    yield f"### {words.reasons}\n\n" + ("\n".join(_reasons(day, words)) or words.no_reasons)
    yield _next(day, words)
    yield f"**{words.child}:** {_child(day, words)}"


def _counts(day: Day, words: Phrases) -> str:
    if day.fault:
        return words.unread.format(_quoted(day.fault))
    row = (day.created, day.done, day.failed, len(day.blocked), day.waiting)
    return _table(words.counts, row)


def _cards(cards: CardsDay, words: Phrases) -> Iterator[str]:
    row = (cards.created, cards.done, cards.failed, len(cards.blocked), cards.waiting)
    yield f"### {words.cards}\n\n" + _table(words.cards_counts, row)
    yield words.cards_today.format(cards.stamped)
    if cards.strikes:
        told = ", ".join(f"{words.action.get(action, action)} {times:,}" for action, times in cards.strikes)
        yield words.strikes.format(sum(times for _, times in cards.strikes), cards.struck, told)
    else:
        yield words.no_strikes


def _table(head: Iterable[str], row: tuple[int, ...]) -> str:
    return "\n".join((f"| {' | '.join(head)} |", "|" + "---|" * len(row), f"| {' | '.join(map(str, row))} |"))


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
            yield f"- {words.stop[stop.kind]} ({_quoted(stop.why)})"
    for ticket in day.waits:
        yield "- " + words.waits.format(ticket.ticket, _quoted(ticket.why))
    for blocked in day.blocked:
        yield "- " + words.blocked.format(blocked.ticket, _why(blocked.triage, blocked.why, words))
    for name, why in day.red[:BLOCKED_CARDS]:
        yield "- " + words.red.format(one_line(name, REASON), f"({_quoted(why)})" if why else "")
    for card in day.cards.blocked[:BLOCKED_CARDS] if day.cards else ():
        yield "- " + words.blocked.format(card.card, _why(card.triage, card.why, words))


def _why(triage: Triage | None, why: str, words: Phrases) -> str:
    plain = words.why[triage] if triage else words.by_hand
    return f"{plain} ({_quoted(why)})" if why else plain


def _next(day: Day, words: Phrases) -> str:
    if day.running:
        return words.running
    if day.blocked and not day.waiting and day.next in ("", f"factory log {day.blocked[0].ticket}"):
        return words.next.format(f"factory log {day.blocked[0].ticket}") + "\n\n" + _look_at(day, words)
    if day.next:
        return words.next.format(day.next)
    waits = day.waiting or (day.cards is not None and day.cards.waiting)
    return words.next.format("factory run") if waits else words.next_none


def _look_at(day: Day, words: Phrases) -> str:
    return words.next_blocked.format(day.blocked[0].ticket)


def _child(day: Day, words: Phrases) -> str:
    """One line that a ten-year-old understands."""
    if not day.created and not day.cards:
        return words.child_none
    numbers = {"created": day.created, "done": day.done, "blocked": len(day.blocked), "waiting": day.waiting}
    told = [(words.child_all if day.done == day.created else words.child_some).format(**numbers)] * bool(day.created)
    told += [words.child_cards.format(created=day.cards.created, done=day.cards.done)] if day.cards else []
    told += [words.child_hard.format(**numbers)] if day.blocked else []
    told += [words.child_waiting.format(**numbers)] if day.waiting else []
    told += [words.child_spent.format(usd=day.spent.usd)] if day.spent.usd else []
    return " ".join(told)


def _quoted(text: str) -> str:
    """Somebody else's words on one line that cannot become a heading, a table or a link of ours."""
    line = one_line(text, REASON).replace("`", "'")
    return f"`{line}`"
