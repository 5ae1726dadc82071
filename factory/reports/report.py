"""The day's report: facts -> one page of Markdown, English first, then Korean. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from factory.plain import one_line
from factory.records.boxes import Half
from factory.reports.daily import Blocked, Day
from factory.reports.phrases import BOTH, Phrases

REASON = 200  # characters of a reason


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
    yield words.today.format(", ".join(day.today)) if day.today else words.nothing_today
    if day.failed:
        yield words.failed.format(day.failed)
    yield f"### {words.boxes}\n\n" + ("\n".join(_box(half, words) for half in day.boxes) or words.no_boxes)
    yield words.spent.format(**day.spent.model_dump(), month=day.month_usd)
    yield f"### {words.reasons}\n\n" + ("\n".join(_reasons(day, words)) or words.no_reasons)
    yield _next(day, words)
    yield f"**{words.child}:** {_child(day, words)}"


def _counts(day: Day, words: Phrases) -> str:
    if day.fault:
        return words.unread.format(_quoted(day.fault))
    row = (day.created, day.done, day.failed, len(day.blocked), day.waiting)
    return "\n".join(
        (
            f"| {' | '.join(words.counts)} |",
            "|" + "---|" * len(row),
            f"| {' | '.join(map(str, row))} |",
        )
    )


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
    for blocked in day.blocked:
        yield "- " + words.blocked.format(blocked.ticket, _why(blocked, words))


def _why(blocked: Blocked, words: Phrases) -> str:
    plain = words.why[blocked.triage] if blocked.triage else words.by_hand
    return f"{plain} ({_quoted(blocked.why)})" if blocked.why else plain


def _next(day: Day, words: Phrases) -> str:
    if day.running:
        return words.running
    if day.blocked and not day.waiting and day.next in ("", f"factory log {day.blocked[0].ticket}"):
        return words.next.format(f"factory log {day.blocked[0].ticket}") + "\n\n" + _look_at(day, words)
    if day.next:
        return words.next.format(day.next)
    return words.next.format("factory run") if day.waiting else words.next_none


def _look_at(day: Day, words: Phrases) -> str:
    return words.next_blocked.format(day.blocked[0].ticket)


def _child(day: Day, words: Phrases) -> str:
    """One line that a ten-year-old understands."""
    if not day.created:
        return words.child_none
    numbers = {"created": day.created, "done": day.done, "blocked": len(day.blocked), "waiting": day.waiting}
    told = [(words.child_all if day.done == day.created else words.child_some).format(**numbers)]
    told += [words.child_hard.format(**numbers)] if day.blocked else []
    told += [words.child_waiting.format(**numbers)] if day.waiting else []
    told += [words.child_spent.format(usd=day.spent.usd)] if day.spent.usd else []
    return " ".join(told)


def _quoted(text: str) -> str:
    """Somebody else's words on one line that cannot become a heading, a table or a link of ours."""
    line = one_line(text, REASON).replace("`", "'")
    return f"`{line}`"
