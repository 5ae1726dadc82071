"""The day's report: facts -> a page in each language. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from factory.model import Triage
from factory.plain import whole_line
from factory.records.halves import Half
from factory.reports.blocks import Block, Bullets, Grid, Paragraph, Printed, Title, quoted, said, worded
from factory.reports.cards import CardsDay
from factory.reports.coming import due, for_a_child, go_on
from factory.reports.daily import Day
from factory.reports.html import Part, html
from factory.reports.markdown import markdown
from factory.reports.phrases import BOTH, ENGLISH
from factory.reports.runs import RunTold
from factory.reports.wording import Phrases
from factory.reports.worked import Worked

MOST = 20  # blocked cards, and red tests, that are told one by one


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
    yield from _stuck(day, words)
    yield from _runs(day, words, named)
    if day.cards:
        yield from _cards(day.cards, words, named)
    yield from _booked(day, words, named) if day.absent is None else ()
    yield from _kept(day, words)
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


# --- what was not ----------------------------------------------------------------------------------------


def _stuck(day: Day, words: Phrases) -> Iterator[Block]:
    """Who needs a person, with the failure itself."""
    if not day.blocked:
        return
    yield Title(words.blocked_title, 3)
    last = {one.ticket: one for one in day.worked}
    for blocked in day.blocked:
        yield Title(f"{blocked.ticket} {said(blocked.title)}".rstrip(), 4)
        yield Paragraph(words.blocked.format(blocked.ticket, _why(blocked.triage, blocked.why, words)))
        one = last.get(blocked.ticket)
        if one and one.last and one.last.assertion:
            yield Printed("\n".join(one.last.assertion))
        if one and one.last and day.out:
            yield Paragraph(words.shows_file.format(blocked.ticket, f"{day.out}/{why_file(one.run, one.last.name)}"))
        elif blocked.attempt:
            yield Paragraph(words.shows.format(blocked.ticket))


def why_file(run: str, attempt: str) -> str:
    """The page of a failed attempt, below the folder of files to open."""
    return f"runs/{run}/why/{attempt}.md"


def _runs(day: Day, words: Phrases, named: dict[str, str]) -> Iterator[Block]:
    if day.absent is not None:
        return
    yield Title(words.runs, 3)
    told = tuple(told_of_run(day, run, words) for run in day.runs)
    yield Bullets(told) if told else Paragraph(words.no_runs.format(**named))


def told_of_run(day: Day, run: RunTold, words: Phrases) -> str:
    """When it began and ended, what it brought, and why it ended."""
    began = words.one_run_from_before if run.began is None else day.clock(run.began)
    ended = run.ended or run.began or 0
    if not run.kind:
        ended, form, why = int(day.at) or ended, words.one_run_on, words.run[day.run] if day.run else ""
    else:
        exact = "" if run.why == ENGLISH.stop[run.kind] else run.why
        form, why = words.one_run, _told(words.stop[run.kind], run.kind, exact, words)
    told = form.format(
        began=began,
        ended=day.clock(ended),
        lasted=words.not_known if run.began is None else words.duration(ended - run.began),
        stamped=run.stamped,
        failed=run.failed,
        why=why,
    ).rstrip()
    return told + (words.over.format(day.clock(run.mended)) if run.mended is not None and run.kind != "done" else "")


def _kept(day: Day, words: Phrases) -> Iterator[Block]:
    """What keeps something, beside the runs' ends and those who need a person."""
    told = tuple(_reasons(day, words))
    if told:
        yield Title(words.reasons, 3)
        yield Bullets(told)
    elif day.absent is None and not day.blocked and all(run.kind in ("", "done") for run in day.runs):
        yield Paragraph(words.no_reasons)


def _reasons(day: Day, words: Phrases) -> Iterator[str]:
    if day.held:
        yield _told(words.stop["held"], "held", day.held, words)
    for ticket in day.waits:
        yield words.waits.format(ticket.ticket, _exactly("", ticket.why, words))
    for name, why in day.red[:MOST]:
        yield words.red.format(said(name), f"({_exactly('', why, words)})" if why else "")
    for card in day.cards.blocked[:MOST] if day.cards else ():
        yield words.blocked.format(card.card, _why(card.triage, card.why, words))


def _why(triage: Triage | None, why: str, words: Phrases) -> str:
    if triage is None:
        return words.by_hand.get(why) or (quoted(why) if why else words.untold)
    return _told(words.why[triage], triage.value, why, words)


def _told(plain: str, kind: str, why: str, words: Phrases) -> str:
    """The sentence of its kind, with the exact reason: in the page's language where it has it, and as it was told."""
    told = words.by_hand.get(whole_line(why)) or _exactly(kind, why, words)
    return f"{plain} ({told})" if told else plain


def _exactly(kind: str, why: str, words: Phrases) -> str:
    """The exact reason: in the page's language where it has it, and as it was told."""
    why = whole_line(why)
    return ": ".join(filter(None, [worded(words.detail(kind, why) or ""), quoted(why) if why else ""]))


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
        told.append(words.box_stopped.format(_exactly("", half.stopped, words)))
    return f"{half.name} ({half.date}): {'; '.join(told)}"
