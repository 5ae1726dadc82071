"""What was not done on a day, and why: who needs a person, how each run ended, what keeps the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Triage
from factory.plain import whole_line
from factory.reports.blocks import Block, Bullets, Paragraph, Printed, Title, quoted, said, worded
from factory.reports.daily import Day
from factory.reports.phrases import ENGLISH
from factory.reports.runs import RunTold
from factory.reports.wording import Phrases

MOST = 20  # blocked cards, and red tests, that are told one by one


def stuck(day: Day, words: Phrases) -> Iterator[Block]:
    """Who needs a person, with the failure itself."""
    if not day.blocked:
        return
    yield Title(words.blocked_title, 3)
    last, pages = {one.ticket: one for one in day.worked}, why_pages(day)
    for blocked in day.blocked:
        yield Title(f"{blocked.ticket} {said(blocked.title)}".rstrip(), 4)
        yield Paragraph(words.blocked.format(blocked.ticket, _why(blocked.triage, blocked.why, words)))
        one = last.get(blocked.ticket)
        if one and one.last and one.last.assertion:
            yield Printed("\n".join(one.last.assertion))
        page = pages.get(blocked.ticket, "")
        if page and page not in day.unlaid:
            yield Paragraph(words.shows_file.format(blocked.ticket, page))
        elif blocked.attempt:
            yield Paragraph(words.shows.format(blocked.ticket))


def why_pages(day: Day) -> dict[str, str]:
    """Ticket -> the page of its last failed attempt, of those that wait for a person; below the checkout."""
    blocked = {one.ticket for one in day.blocked if day.out}
    return {
        one.ticket: f"{day.out}/{why_file(one.run, one.last.name)}"
        for one in day.worked
        if one.ticket in blocked and one.last
    }


def why_file(run: str, attempt: str) -> str:
    """The page of a failed attempt, below the folder of files to open."""
    return f"runs/{run}/why/{attempt}.md"


def ends(day: Day, words: Phrases, named: dict[str, str]) -> Iterator[Block]:
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


def kept(day: Day, words: Phrases) -> Iterator[Block]:
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
        yield words.waits.format(ticket.ticket, exactly("", ticket.why, words))
    for name, why in day.red[:MOST]:
        yield words.red.format(said(name), f"({exactly('', why, words)})" if why else "")
    for card in day.cards.blocked[:MOST] if day.cards else ():
        yield words.blocked.format(card.card, _why(card.triage, card.why, words))


def _why(triage: Triage | None, why: str, words: Phrases) -> str:
    if triage is None:
        return words.by_hand.get(why) or (quoted(why) if why else words.untold)
    return _told(words.why[triage], triage.value, why, words)


def _told(plain: str, kind: str, why: str, words: Phrases) -> str:
    """The sentence of its kind, with the exact reason: in the page's language where it has it, and as it was told."""
    told = words.by_hand.get(whole_line(why)) or exactly(kind, why, words)
    return f"{plain} ({told})" if told else plain


def exactly(kind: str, why: str, words: Phrases) -> str:
    """The exact reason: in the page's language where it has it, and as it was told."""
    why = whole_line(why)
    return ": ".join(filter(None, [worded(words.detail(kind, why) or ""), quoted(why) if why else ""]))
