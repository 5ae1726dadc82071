"""The day's report: facts -> a page in each language. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from factory.records.halves import Half
from factory.reports.blocks import Block, Bullets, Grid, Paragraph, Title, quoted, said
from factory.reports.cards import CardsDay
from factory.reports.coming import due, for_a_child, go_on
from factory.reports.daily import Day
from factory.reports.html import Part, html
from factory.reports.markdown import markdown
from factory.reports.phrases import BOTH, ENGLISH
from factory.reports.setbacks import ends, exactly, kept, stuck
from factory.reports.wording import Phrases
from factory.reports.worked import Worked


def path(date: dt.date) -> str:
    """Where the page lies in the ledger's tree."""
    return f"reports/daily_{date:%Y%m%d}.md"


def page(day: Day) -> str:
    """The whole page, English first, then Korean."""
    blocks: list[Block] = [_title(day, ENGLISH)]
    for words in BOTH:
        blocks += [Title(words.title), *story(day, words)]
    return markdown(blocks)


def page_in(day: Day, words: Phrases) -> str:
    """The page in one language."""
    return markdown([_title(day, words), *story(day, words)])


def page_as_html(day: Day, first: Phrases) -> str:
    """One file with both languages, `first` before the other."""
    order = sorted(BOTH, key=lambda words: words is not first)
    parts = [Part(words.language, [_title(day, words), *story(day, words)]) for words in order]
    return html(f"{first.page}, {day.date.isoformat()}", parts)


def _title(day: Day, words: Phrases) -> Title:
    return Title(f"{words.page}, {day.date.isoformat()} ({day.zone})", level=1)


def story(day: Day, words: Phrases) -> Iterator[Block]:
    """What the day was, from its numbers to the line for a child."""
    named = {"day": words.days[day.past]}
    if day.at and not day.past:
        yield Paragraph(words.as_of.format(day.clock(day.at, whole=True)))
    yield _counts(day, words)
    yield from _done(day, words, named)
    yield from stuck(day, words)
    yield from ends(day, words, named)
    if day.cards:
        yield from _cards(day.cards, words, named)
    yield from _booked(day, words, named) if day.absent is None else ()
    yield from kept(day, words)
    yield from [Paragraph(words.unsent.format(day.unsent, **named))] if day.unsent else []
    yield from _diary(day, words, named)
    yield from due(day, words) if not day.past else ()
    yield from go_on(day, words)
    yield Paragraph(f"**{words.child}:** {for_a_child(day, words)}")


# --- what was done ---------------------------------------------------------------------------------------


def _counts(day: Day, words: Phrases) -> Block:
    if day.fault:
        return Paragraph(words.unread.format(quoted(day.fault)))
    failed = day.failed if day.absent is None else "?"
    row = (day.created, day.done, failed, len(day.blocked), day.waiting)
    return _table(words.counts, row, words.days[day.past])


def _table(head: Iterable[str], row: tuple[int | str, ...], day: str) -> Grid:
    return Grid(tuple(name.format(day=day) for name in head), (tuple(map(str, row)),))


def _done(day: Day, words: Phrases, named: dict[str, str]) -> Iterator[Block]:
    rows = [row_of(one, words) for one in day.worked if one.ticket in day.today]
    if len(rows) == len(day.today):
        yield from [Grid(words.table, tuple(rows))] if rows else []
    else:
        yield Paragraph(words.today.format(", ".join(day.today), **named))
    if not day.today and not (day.cards and day.cards.stamped):
        yield Paragraph(words.nothing_today.format(**named))
    if day.unread:
        yield Paragraph(words.no_reader.format(", ".join(day.unread)))
    if day.absent is not None:
        yield Paragraph(words.absent + (" " + words.absent_brings.format(day.absent) if day.absent else ""))
    if day.failed:
        yield Paragraph(words.failed.format(day.failed, **named))


def row_of(one: Worked, words: Phrases) -> tuple[str, ...]:
    """A ticket's row in a table whose head is `words.table`."""
    return (
        one.ticket,
        said(one.title),
        f"`{one.stamp[:12]}`" if one.stamp else words.not_known,
        str(one.tries),
        words.duration(one.seconds),
        words.paid(one.usd),
        said(", ".join(one.models)) or words.not_known,
    )


def _diary(day: Day, words: Phrases, named: dict[str, str]) -> Iterator[Block]:
    """What was built, in the words of the workers themselves."""
    found = [one for one in day.worked if one.ticket in day.today and one.last]
    if found:
        yield Title(words.diary.format(**named), 3)
        yield Bullets(tuple(_entry(one, words) for one in found))


def _entry(one: Worked, words: Phrases) -> str:
    assert one.last
    summary = said(one.last.summary) or words.diary_silent
    return words.diary_line.format(one.ticket, said(one.title), one.last.size, summary)


# --- boxes, cards, money ---------------------------------------------------------------------------------


def _booked(day: Day, words: Phrases, named: dict[str, str]) -> Iterator[Block]:
    """What stands in the ledger alone: the boxes, and the money."""
    boxes = tuple(_box(half, words) for half in day.boxes)
    if boxes:
        yield Title(words.boxes, 3)
        yield Bullets(boxes)
    paid = {"usd": words.paid(day.spent.usd), "month": words.paid(day.month_usd), "date": day.date}
    yield Paragraph(words.spent.format(**{**day.spent.model_dump(), **paid, **named}))
    if day.reserved.usd:
        yield Paragraph(words.reserved.format(usd=words.paid(day.reserved.usd)))


def _cards(cards: CardsDay, words: Phrases, named: dict[str, str]) -> Iterator[Block]:
    row = (cards.created, cards.done, cards.failed, len(cards.blocked), cards.waiting)
    yield Title(words.cards, 3)
    yield _table(words.cards_counts, row, named["day"])
    yield Paragraph(words.cards_today.format(cards.stamped, **named))
    if cards.strikes:
        told = ", ".join(f"{words.action.get(action, action)} {times:,}" for action, times in cards.strikes)
        struck = sum(times for _, times in cards.strikes)
        yield Paragraph(words.strikes.format(struck, cards.struck, told, **named))
    else:
        yield Paragraph(words.no_strikes.format(**named))


def _box(half: Half, words: Phrases) -> str:
    told = []
    if half.failed:
        told.append(words.box_failed.format(", ".join(half.failed)))
    if half.returned:
        told.append(words.box_returned.format(", ".join(half.returned)))
    if half.stopped:
        told.append(words.box_stopped.format(exactly("", half.stopped, words)))
    return f"{half.name} ({half.date}): {'; '.join(told)}"
